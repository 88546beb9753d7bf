import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../lib/run-command.ts';
import { waitFor } from '../wait-for.ts';
import { cgroupOf, createCgroup, removeCgroup } from './cgroups.ts';
import type { ClusterLayout, NodeName } from './layout.ts';
import { network, nodeInterface, nodeNetwork } from './network.ts';
import { mountPoints } from './node-config.ts';
import { childOf, identify, isAlive, kill } from './processes.ts';
import { type ClusterState, type NodeState, readState, updateState } from './state.ts';
import { readSysctls, restoreSysctls } from './sysctls.ts';

const startTimeoutMs = 30_000;

/**
 * Starts a node: its own namespaces with `kube node` as process 1, and a veth pair to this machine (node1) or to node1
 * (node2). Changes on the machine are written to the state file before they are made.
 */
export async function startNode(
  layout: ClusterLayout,
  name: NodeName,
  options: { readonly kube: string; readonly config: string },
): Promise<NodeState> {
  await prepareMachine(layout);
  await createCgroup(cgroupOf(name));
  const logPath = join(layout.node(name).logs, 'node.log');
  const log = await open(logPath, 'a');
  const launcher = spawn(
    'unshare',
    // Process 1 dies with the launcher, and all processes in the namespaces die with process 1.
    [
      '--mount',
      '--net',
      '--uts',
      '--pid',
      '--fork',
      '--kill-child=SIGKILL',
      '--mount-proc',
      options.kube,
      'node',
      options.config,
    ],
    { detached: true, stdio: ['ignore', log.fd, log.fd] },
  );
  const failed = new Promise<never>((_, reject) => {
    launcher.once('error', reject);
    launcher.once('exit', () => reject(new Error(`${name} exited immediately`)));
  });
  failed.catch(() => undefined);
  try {
    const init = await Promise.race([
      failed,
      waitFor(`${name} to start`, async () => launcher.pid && (await childOf(launcher.pid)), {
        timeoutMs: startTimeoutMs,
        intervalMs: 10,
      }),
    ]);
    const state: NodeState = {
      name,
      launcher: await identifyOrFail(launcher.pid ?? 0),
      init: await identifyOrFail(init),
      complete: false,
    };
    await updateState(layout.stateFile, (old) => ({
      ...old,
      nodes: [...old.nodes.filter((node) => node.name !== name), state],
    }));
    await wire(layout, name, state);
    return state;
  } catch (error) {
    launcher.kill('SIGKILL');
    const said = (await readFile(logPath, 'utf8')).trimEnd().split('\n').slice(-5).join('\n');
    throw new Error(`${name} did not start${said === '' ? '' : `; it said:\n${said}`}`, { cause: error });
  } finally {
    launcher.unref();
    await log.close();
  }
}

/** Ends a node like a power cut: kills all its processes, keeps its data. */
export async function stopNode(layout: ClusterLayout, name: NodeName): Promise<void> {
  const state = await readState(layout.stateFile);
  const node = state?.nodes.find((candidate) => candidate.name === name);
  if (node !== undefined) {
    await kill(node.init);
    await kill(node.launcher);
    await updateState(layout.stateFile, (old) => ({
      ...old,
      nodes: old.nodes.filter((candidate) => candidate.name !== name),
    }));
  }
  await removeCgroup(cgroupOf(name));
  if (name === 'node1') await removeHostInterface(layout);
}

/** Whether process 1 of the node is running. */
export async function isNodeRunning(state: ClusterState | undefined, name: NodeName): Promise<boolean> {
  const node = state?.nodes.find((candidate) => candidate.name === name);
  return node !== undefined && (await isAlive(node.init));
}

/** Records that a node is Ready and complete. */
export async function markComplete(layout: ClusterLayout, name: NodeName): Promise<void> {
  await updateState(layout.stateFile, (old) => ({
    ...old,
    nodes: old.nodes.map((node) => (node.name === name ? { ...node, complete: true } : node)),
  }));
}

/** Builds a command line that runs in a node's namespaces. */
export function insideNode(node: NodeState, command: readonly string[]): readonly string[] {
  return ['nsenter', `--target=${node.init.pid}`, '--mount', '--net', '--uts', '--pid', '--', ...command];
}

/** Reverts changes on the machine when no node is running. */
export async function restoreMachine(layout: ClusterLayout): Promise<void> {
  const state = await readState(layout.stateFile);
  if (state === undefined) return;
  await restoreSysctls(state.sysctls);
  for (const directory of state.mountPoints) {
    // Keep a directory that is no longer empty: another process uses it.
    await rmdir(directory).catch(() => undefined);
  }
}

async function prepareMachine(layout: ClusterLayout): Promise<void> {
  const missing = mountPoints.filter((directory) => !existsSync(directory));
  const sysctls = await readSysctls();
  await updateState(layout.stateFile, (old) => ({
    ...old,
    mountPoints: [...new Set([...old.mountPoints, ...missing])],
    sysctls: old.nodes.length === 0 && Object.keys(old.sysctls).length === 0 ? sysctls : old.sysctls,
  }));
  for (const directory of missing) await mkdir(directory, { recursive: true });
}

async function identifyOrFail(pid: number): Promise<NodeState['init']> {
  const identity = await identify(pid);
  if (identity === undefined) throw new Error(`process ${pid} exited immediately`);
  return identity;
}

async function wire(layout: ClusterLayout, name: NodeName, node: NodeState): Promise<void> {
  if (name === 'node1') await wireToMachine(layout, node);
  else await wireToFirstNode(layout, node);
}

async function wireToMachine(layout: ClusterLayout, node: NodeState): Promise<void> {
  const owner = await readInterfaceAlias();
  if (owner !== undefined) {
    throw new Error(`addresses are in use by the cluster of ${owner}; remove that cluster first`);
  }
  const { hostInterface, hostAddress, prefixLength, podCidr, serviceCidr } = network;
  const via = nodeNetwork.node1.address;
  const peer = ['peer', 'name', nodeInterface, 'netns', String(node.init.pid)];
  await ip('link', 'add', hostInterface, 'type', 'veth', ...peer);
  await ip('link', 'set', hostInterface, 'alias', aliasOf(layout));
  await ip('address', 'add', `${hostAddress}/${prefixLength}`, 'dev', hostInterface);
  await ip('link', 'set', hostInterface, 'up');
  // Makes pods and services reachable from this machine by their addresses.
  for (const range of [podCidr, serviceCidr])
    await ip('route', 'add', range, 'via', via, 'dev', hostInterface);
}

async function wireToFirstNode(layout: ClusterLayout, node: NodeState): Promise<void> {
  const first = (await readState(layout.stateFile))?.nodes.find((candidate) => candidate.name === 'node1');
  if (first === undefined) throw new Error('node2 needs node1; start the cluster first');
  const { secondNodeGateway, prefixLength } = network;
  const { address, podCidr } = nodeNetwork.node2;
  const wireName = 'node2';
  const inFirst = (...command: readonly string[]) =>
    runCommand('nsenter', [`--target=${first.init.pid}`, '--net', 'ip', ...command]);
  // The kernel removes the wire of a killed node with its network namespace, at some later time.
  await untilInterfaceIsGone(wireName, {
    exists: async () => (await inFirst('-oneline', 'link')).stdout.includes(`: ${wireName}@`),
    remove: () => inFirst('link', 'delete', wireName),
  });
  const ends = [
    'netns',
    String(first.init.pid),
    'type',
    'veth',
    'peer',
    'name',
    nodeInterface,
    'netns',
    String(node.init.pid),
  ];
  await ip('link', 'add', wireName, ...ends);
  for (const command of [
    ['address', 'add', `${secondNodeGateway}/${prefixLength}`, 'dev', wireName],
    ['link', 'set', wireName, 'up'],
    ['route', 'replace', podCidr, 'via', address],
  ]) {
    await inFirst(...command);
  }
}

/** The interface name identifies its checkout: two checkouts cannot use the same addresses. */
function aliasOf(layout: ClusterLayout): string {
  return layout.run.slice(-255);
}

async function readInterfaceAlias(): Promise<string | undefined> {
  const text = await readFile(`/sys/class/net/${network.hostInterface}/ifalias`, 'utf8').catch(
    () => undefined,
  );
  return text?.trim();
}

async function ip(...args: readonly string[]): Promise<void> {
  await runCommand('ip', args);
}

/** The veth pair disappears with the node's namespace; only an incomplete one has to be removed. */
async function removeHostInterface(layout: ClusterLayout): Promise<void> {
  await untilInterfaceIsGone(network.hostInterface, {
    exists: async () => (await readInterfaceAlias()) === aliasOf(layout),
    remove: () => ip('link', 'delete', network.hostInterface),
  });
}

async function untilInterfaceIsGone(
  name: string,
  { exists, remove }: { readonly exists: () => Promise<boolean>; readonly remove: () => Promise<unknown> },
): Promise<void> {
  await waitFor(
    `interface ${name} to disappear`,
    async () => {
      if (!(await exists())) return true;
      // The kernel may have removed it meanwhile.
      await remove().catch(() => undefined);
      return undefined;
    },
    { timeoutMs: 10_000 },
  );
}
