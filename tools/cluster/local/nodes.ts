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
 * Starts a node: namespaces of its own, in them `kube node` as process 1, and a wire to this machine (node1) or to
 * node1 (node2). What it changes on the machine is in the state file before it is changed.
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
    // With the launcher dies process 1, and with process 1 all that runs in the namespaces.
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
    launcher.once('exit', () => reject(new Error(`${name} ended at once`)));
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

/** Ends a node as a power cut does: every process in it is killed at once. Its data stay. */
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

/** Whether process 1 of the node runs. */
export async function isNodeRunning(state: ClusterState | undefined, name: NodeName): Promise<boolean> {
  const node = state?.nodes.find((candidate) => candidate.name === name);
  return node !== undefined && (await isAlive(node.init));
}

/** Notes that a node is Ready and has everything. */
export async function markComplete(layout: ClusterLayout, name: NodeName): Promise<void> {
  await updateState(layout.stateFile, (old) => ({
    ...old,
    nodes: old.nodes.map((node) => (node.name === name ? { ...node, complete: true } : node)),
  }));
}

/** A command line that runs in a node's namespaces. */
export function insideNode(node: NodeState, command: readonly string[]): readonly string[] {
  return ['nsenter', `--target=${node.init.pid}`, '--mount', '--net', '--uts', '--pid', '--', ...command];
}

/** Undoes what starting nodes changed on the machine, once no node runs. */
export async function restoreMachine(layout: ClusterLayout): Promise<void> {
  const state = await readState(layout.stateFile);
  if (state === undefined) return;
  await restoreSysctls(state.sysctls);
  for (const directory of state.mountPoints) {
    // Not ours any more if somebody put something there.
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
  if (identity === undefined) throw new Error(`process ${pid} ended at once`);
  return identity;
}

async function wire(layout: ClusterLayout, name: NodeName, node: NodeState): Promise<void> {
  if (name === 'node1') await wireToMachine(layout, node);
  else await wireToFirstNode(layout, node);
}

async function wireToMachine(layout: ClusterLayout, node: NodeState): Promise<void> {
  const owner = await readInterfaceAlias();
  if (owner !== undefined) {
    throw new Error(`the addresses are in use by the cluster of ${owner}; take that down first`);
  }
  const { hostInterface, hostAddress, prefixLength, podCidr, serviceCidr } = network;
  const via = nodeNetwork.node1.address;
  const peer = ['peer', 'name', nodeInterface, 'netns', String(node.init.pid)];
  await ip('link', 'add', hostInterface, 'type', 'veth', ...peer);
  await ip('link', 'set', hostInterface, 'alias', aliasOf(layout));
  await ip('address', 'add', `${hostAddress}/${prefixLength}`, 'dev', hostInterface);
  await ip('link', 'set', hostInterface, 'up');
  // So that this machine reaches pods and services by their own addresses.
  for (const range of [podCidr, serviceCidr])
    await ip('route', 'add', range, 'via', via, 'dev', hostInterface);
}

async function wireToFirstNode(layout: ClusterLayout, node: NodeState): Promise<void> {
  const first = (await readState(layout.stateFile))?.nodes.find((candidate) => candidate.name === 'node1');
  if (first === undefined) throw new Error('node2 needs node1; start the cluster first');
  const { secondNodeGateway, prefixLength } = network;
  const { address, podCidr } = nodeNetwork.node2;
  const wireName = 'node2';
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
    await runCommand('nsenter', [`--target=${first.init.pid}`, '--net', 'ip', ...command]);
  }
}

/** The interface carries the name of its owner, because two checkouts cannot have the same addresses. */
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

/** The wire goes with the node's namespace; only a half-made one has to be taken away. */
async function removeHostInterface(layout: ClusterLayout): Promise<void> {
  await waitFor(
    `interface ${network.hostInterface} to go`,
    async () => {
      const alias = await readInterfaceAlias();
      if (alias === undefined || alias !== aliasOf(layout)) return true;
      await runCommand('ip', ['link', 'delete', network.hostInterface]).catch(() => undefined);
      return undefined;
    },
    { timeoutMs: 10_000 },
  );
}
