import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { chown, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import {
  descendantsOf,
  identifyProcess,
  isRunning,
  isStopped,
  type ProcessIdentity,
} from '../lib/process-identity.ts';
import { runCommand } from '../lib/run-command.ts';
import { waitUntil } from '../lib/wait-until.ts';
import { ensureRootfs } from '../rootfs/rootfs.ts';
import { defineServer } from './definitions.ts';
import type { ServerDefinition } from './description.ts';
import { descriptionOf, type ServerName } from './descriptions/index.ts';
import { type Runtime, type RuntimeOptions, signalTimeoutMs } from './runtime.ts';
import { readState, stateOf, updateState } from './state.ts';

/**
 * Runs the servers as unprivileged processes on this machine, each in its Debian root file system with separate mount and
 * process namespaces. The recorded process ID is that of the server itself; its child processes end with it.
 */
export function createProcessRuntime(options: RuntimeOptions): Runtime {
  const { dataDirectory, onProgress, signal } = options;
  const path = (...parts: string[]) => join(dataDirectory, ...parts);

  function running(name: ServerName): ProcessIdentity | undefined {
    const identity = readState(dataDirectory)?.processes[name];
    return identity !== undefined && isRunning(identity) ? identity : undefined;
  }

  return {
    kind: 'processes',
    pid: (name) => running(name)?.pid,
    isStopped: (name) => {
      const identity = running(name);
      return identity !== undefined && isStopped(identity);
    },

    async prepare(name) {
      await ensureRootfs(descriptionOf(name).layers, { onProgress, signal });
    },

    async launch(name, background) {
      const directories = await ensureRootfs(descriptionOf(name).layers, { onProgress, signal });
      const definition = defineServer(name, stateOf(dataDirectory), options);
      await writeFiles(name, definition);
      const log = path('logs', `${name}.log`);
      await rename(log, `${log}.1`).catch(() => undefined);
      const identity = await launchProcess(definition, {
        root: path('root'),
        directories,
        data: path(name),
        config: path('config', name),
        targets: definition.readsTargets === true ? path('targets') : '',
        log,
        background,
      });
      updateState(dataDirectory, (current) => ({
        ...current,
        processes: { ...current.processes, [name]: identity },
      }));
    },

    async signal(name, signalName) {
      const identity = running(name);
      if (identity === undefined) throw new Error(`${name} is not running`);
      if (signalName === 'SIGCONT')
        for (const each of descendantsOf(identity).toReversed()) send(each, signalName);
      process.kill(identity.pid, signalName);
      if (signalName === 'SIGCONT') return;
      // Threads stop individually, shortly after the signal.
      const isDone = () => !isRunning(identity) || (signalName === 'SIGSTOP' && isSuspended(identity));
      if (!(await waitUntil(isDone, { timeoutMs: signalTimeoutMs, everyMs: 10 }))) {
        throw new Error(
          `${name} (process ${identity.pid}) is still running ${signalTimeoutMs} ms after ${signalName}`,
        );
      }
    },

    async execute(name, command) {
      const identity = running(name);
      if (identity === undefined) throw new Error(`${name} is not running`);
      const { user, group, environment } = defineServer(name, stateOf(dataDirectory), options);
      const { stdout } = await runCommand('nsenter', [
        ...['--target', String(identity.pid), '--mount', '--pid', '--root'],
        ...['setpriv', '--reuid', String(user), '--regid', String(group), '--clear-groups', '--no-new-privs'],
        ...[
          'env',
          '--chdir=/',
          '-i',
          ...Object.entries(environment).map(([key, value]) => `${key}=${value}`),
        ],
        ...command,
      ]);
      return stdout;
    },

    async logTail(name) {
      const log = await readFile(path('logs', `${name}.log`), 'utf8').catch(() => '');
      return log.trimEnd().split('\n').slice(-20).join('\n');
    },

    wipe: async () => undefined,
    remove: async () => undefined,
  };

  async function writeFiles(name: ServerName, definition: ServerDefinition): Promise<void> {
    const { user, group, dataFiles = {}, files } = definition;
    const config = path('config', name);
    const data = path(name);
    await Promise.all(
      [config, data, path('logs'), path('root')].map((directory) => mkdir(directory, { recursive: true })),
    );
    await chown(data, user, group);
    for (const [file, content] of Object.entries(files)) {
      await writeFile(join(config, file), content, { mode: 0o640 });
      await chown(join(config, file), 0, group);
    }
    if (definition.readsTargets === true) {
      await mkdir(join(config, 'targets'), { recursive: true });
      await mkdir(path('targets'), { recursive: true });
    }
    for (const [file, content] of Object.entries(dataFiles)) {
      await writeFile(join(data, file), content, { mode: 0o400, flag: 'wx' }).catch(ignoreExisting);
      await chown(join(data, file), user, group);
    }
  }
}

interface Launch {
  readonly root: string;
  /** Directories of its root file system, lowest first. */
  readonly directories: readonly string[];
  readonly data: string;
  readonly config: string;
  readonly targets: string;
  readonly log: string;
  /** Whether the server keeps running after this process, even if that is killed. */
  readonly background: boolean;
}

/** Starts launch.sh in new namespaces; resolves with the identity of the server that it execs. */
async function launchProcess(definition: ServerDefinition, launch: Launch): Promise<ProcessIdentity> {
  const log = openSync(launch.log, 'a');
  const command = [
    ...(launch.background ? [] : ['setpriv', '--pdeathsig', 'KILL']),
    // Of its own too: System V's shared memory, which a killed PostgreSQL would leave behind.
    ...['unshare', '--mount', '--pid', '--ipc', '--fork', '--kill-child', '--propagation', 'private'],
    ...['sh', join(import.meta.dirname, 'launch.sh'), launch.root, launch.directories.toReversed().join(':')],
    ...[launch.data, definition.dataPath, launch.config, definition.configPath, launch.targets],
    ...[String(definition.user), String(definition.group)],
    ...['env', '-i', ...Object.entries(definition.environment).map(([key, value]) => `${key}=${value}`)],
    ...definition.command,
  ];
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    // Own session: Ctrl-C in a terminal must not reach the servers.
    detached: true,
    stdio: ['ignore', log, log, 'pipe'],
  });
  await once(child, 'spawn');
  child.unref();
  const pid = await readPid(child.stdio[3] as Readable);
  const identity = Number.isInteger(pid) && pid > 1 ? identifyProcess(pid) : undefined;
  if (identity === undefined) throw new Error(`could not launch ${definition.command[0]}; see ${launch.log}`);
  return identity;
}

/** Reads the line written by launch.sh. `unshare` keeps the pipe open, so end of file means a failed launch. */
async function readPid(pipe: Readable): Promise<number> {
  for await (const line of createInterface({ input: pipe })) {
    pipe.destroy();
    return Number(line);
  }
  return 0;
}

/**
 * Suspends what a suspended process has started, which would keep running without it: PostgreSQL has a process for each client.
 *
 * @returns whether all are suspended
 */
function isSuspended(identity: ProcessIdentity): boolean {
  if (!isStopped(identity)) return false;
  const awake = descendantsOf(identity).filter((each) => !isStopped(each));
  for (const each of awake) send(each, 'SIGSTOP');
  return awake.length === 0;
}

/** Signals a process that may have ended. */
function send({ pid }: ProcessIdentity, signalName: NodeJS.Signals): void {
  try {
    process.kill(pid, signalName);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
