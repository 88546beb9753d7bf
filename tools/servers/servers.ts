import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { exclusive } from '../lib/exclusive.ts';
import { identifyProcess, isRunning } from '../lib/process-identity.ts';
import { formatSeconds, type OnProgress } from '../lib/progress.ts';
import { waitUntil } from '../lib/wait-until.ts';
import { announceInstallation } from './announce-installation.ts';
import { createComposeRuntime, isComposeAvailable } from './compose-runtime.ts';
import { descriptionOf, type ServerAddresses, type ServerName, serverNames } from './descriptions/index.ts';
import { chooseFreePorts, isPortFree } from './ports.ts';
import { createProcessRuntime } from './process-runtime.ts';
import type { Runtime, RuntimeOptions } from './runtime.ts';
import {
  completeState,
  createState,
  ownState,
  readState,
  stateOf,
  stateOfOthers,
  updateState,
  writeState,
} from './state.ts';
import type { State } from './state-shape.ts';

export type { ServerAddresses, ServerName } from './descriptions/index.ts';

/** Real servers of one data directory. */
export interface Servers {
  readonly addresses: ServerAddresses;
  /** Data, logs (`logs/<name>.log`), ports and passwords of the servers. */
  readonly dataDirectory: string;
  /** Directory of `*.json` files with Prometheus' scrape targets (file_sd format). */
  readonly targetsDirectory: string;
  /**
   * Sends a signal, by default SIGKILL. Resolves when the server has exited, for SIGSTOP when it is suspended.
   *
   * @throws Error if the server does not run
   */
  kill(name: ServerName, signal?: NodeJS.Signals): Promise<void>;
  /**
   * Starts a stopped server with the same ports and data. Resolves when it answers its protocol.
   *
   * @throws Error with the end of its log if it does not answer
   */
  start(name: ServerName): Promise<void>;
  /**
   * Runs one of the server's own tools; resolves with its output.
   *
   * @throws Error if the server does not run or the program fails
   */
  execute(name: ServerName, command: readonly [string, ...string[]]): Promise<string>;
  /** Process ID of the server; undefined if not running. */
  pid(name: ServerName): number | undefined;
  /** State of a server; `stopped` means suspended by SIGSTOP. */
  status(name: ServerName): Promise<'running' | 'starting' | 'stopped' | 'down'>;
  /** Stops all servers with SIGTERM, after ten seconds with SIGKILL. Keeps data. Idempotent. */
  down(): Promise<void>;
}

/** Selects the servers of a data directory. */
export interface ServersOptions {
  /** By default `<repository>/.caudal/servers`. */
  readonly dataDirectory?: string;
  readonly onProgress?: OnProgress;
  /** Scrape interval of Prometheus, seconds. Default 2. */
  readonly scrapeIntervalSeconds?: number;
}

/** Options for starting servers. */
export interface StartOptions extends ServersOptions {
  /** What the caller needs: no other server is started, or installed, but those that these need. */
  readonly only: readonly ServerName[];
  /** Stops running servers and removes all data first. */
  readonly fresh?: boolean;
  /** Keeps the servers running after this process; otherwise they end with it, even if it is killed. */
  readonly background?: boolean;
  /** Aborts the start and stops servers already started. */
  readonly signal?: AbortSignal;
}

const readyTimeoutMs = 90_000;
const terminateTimeoutMs = 10_000;

/**
 * Starts real servers and resolves when all answer their protocols. Reuses servers of the data directory that are already
 * running. Uses Docker Compose if an engine answers, otherwise processes in Debian root file systems.
 *
 * @throws PrerequisiteError if this machine lacks something; Error if a server does not come up, or if the data
 *   directory is in use by another live process.
 */
export async function startServers(options: StartOptions): Promise<Servers> {
  const { fresh = false, background = false } = options;
  const only = withNeeded(options.only);
  const failure = new AbortController();
  const signal =
    options.signal === undefined ? failure.signal : AbortSignal.any([options.signal, failure.signal]);
  const context = await createContext(options, signal);
  const { dataDirectory, onProgress, runtime } = context;
  announceInstallation(runtime.kind, only, onProgress);

  await exclusive(
    dataDirectory,
    async () => {
      refuseIfInUse(dataDirectory, runtime);
      if (fresh) await wipe(context);
      await setUpState(context, only);
      if (!background) {
        updateState(dataDirectory, (state) => ({ ...state, owner: identifyProcess(process.pid) }));
      }
      const launched: ServerName[] = [];
      const outcomes = await Promise.allSettled(
        only.map(async (name) => {
          try {
            if (runtime.pid(name) === undefined) {
              await runtime.prepare(name);
              const startedAt = performance.now();
              launched.push(name);
              await runtime.launch(name, background);
              await untilReady(context, name);
              onProgress(`${name}: ready after ${formatSeconds(performance.now() - startedAt)}`);
            } else {
              onProgress(`${name}: already running (process ${runtime.pid(name)})`);
              await untilReady(context, name);
            }
          } catch (error) {
            failure.abort(error);
            throw error;
          }
        }),
      );
      if (outcomes.some((outcome) => outcome.status === 'rejected')) {
        await endServers(context, launched);
        throw signal.reason;
      }
    },
    () => onProgress(`${dataDirectory}: another process is starting or stopping these servers, waiting …`),
  );
  return createServers(context, background);
}

/**
 * Finds the servers of a data directory, regardless of who started them.
 *
 * @returns undefined where none have been set up
 */
export async function findServers(options: ServersOptions = {}): Promise<Servers | undefined> {
  const dataDirectory = dataDirectoryOf(options);
  const state = readState(dataDirectory);
  if (state === undefined) return undefined;
  const complete = await completeState(state);
  if (complete !== state) {
    await exclusive(dataDirectory, async () =>
      writeState(dataDirectory, await completeState(stateOf(dataDirectory))),
    );
  }
  return createServers(await createContext(options), true);
}

interface Context extends RuntimeOptions {
  readonly runtime: Runtime;
}

function dataDirectoryOf({ dataDirectory }: ServersOptions): string {
  return resolve(dataDirectory ?? join(import.meta.dirname, '..', '..', '.caudal', 'servers'));
}

async function createContext(options: ServersOptions, signal?: AbortSignal): Promise<Context> {
  const { onProgress = () => undefined, scrapeIntervalSeconds = 2 } = options;
  const dataDirectory = dataDirectoryOf(options);
  const runtimeOptions: RuntimeOptions = { dataDirectory, scrapeIntervalSeconds, onProgress, signal };
  const kind = readState(dataDirectory)?.runtime ?? ((await isComposeAvailable()) ? 'compose' : 'processes');
  const runtime =
    kind === 'compose' ? createComposeRuntime(runtimeOptions) : createProcessRuntime(runtimeOptions);
  return { ...runtimeOptions, runtime };
}

function createServers(context: Context, background: boolean): Servers {
  const { dataDirectory, runtime } = context;
  const locked = <Result>(task: () => Promise<Result>) => exclusive(dataDirectory, task);
  // The signal aborts only this start: it must not affect a later restart of a server.
  const later: Context = { ...context, signal: undefined };
  return {
    addresses: addressesOf(stateOf(dataDirectory)),
    dataDirectory,
    targetsDirectory: join(dataDirectory, 'targets'),
    execute: (name, command) => runtime.execute(name, command),
    pid: (name) => runtime.pid(name),
    kill: (name, signal = 'SIGKILL') => runtime.signal(name, signal),
    start: async (name) => {
      const startedAt = performance.now();
      // Hold the lock only for the launch: several servers may start concurrently.
      await locked(async () => {
        if (runtime.pid(name) !== undefined) return;
        await runtime.prepare(name);
        await runtime.launch(name, background);
      });
      await untilReady(later, name);
      context.onProgress(`${name}: ready after ${formatSeconds(performance.now() - startedAt)}`);
    },
    status: async (name) => {
      if (runtime.pid(name) === undefined) return 'down';
      if (runtime.isStopped(name)) return 'stopped';
      return (await isReady(name, dataDirectory)) ? 'running' : 'starting';
    },
    down: () =>
      locked(async () => {
        if (readState(dataDirectory) === undefined) return;
        await endServers(later, serverNames);
        await runtime.remove();
        updateState(dataDirectory, (state) => ({ ...state, processes: {}, owner: undefined }));
      }),
  };
}

/** These servers and those that they need, each once, in the order of the list. */
function withNeeded(names: readonly ServerName[]): readonly ServerName[] {
  const wanted = new Set<string>(names.flatMap((name) => [name, ...(descriptionOf(name).needs ?? [])]));
  return serverNames.filter((name) => wanted.has(name));
}

function addressesOf(state: State): ServerAddresses {
  return Object.fromEntries(
    serverNames.map((name) => [
      name,
      descriptionOf(name).addresses(ownState(state, name), stateOfOthers(state)),
    ]),
  ) as ServerAddresses;
}

function refuseIfInUse(dataDirectory: string, runtime: Runtime): void {
  const owner = readState(dataDirectory)?.owner;
  if (owner === undefined || owner.pid === process.pid || !isRunning(owner)) return;
  if (serverNames.every((name) => runtime.pid(name) === undefined)) return;
  throw new Error(
    `the servers in ${dataDirectory} belong to running process ${owner.pid}: stop it first ` +
      '(npm run servers -- down stops only the servers), or use another data directory',
  );
}

async function wipe(context: Context): Promise<void> {
  const { dataDirectory, runtime } = context;
  const isOurs = readState(dataDirectory) !== undefined;
  if (!isOurs && existsSync(dataDirectory) && readdirSync(dataDirectory).length > 0) {
    throw new Error(
      `${dataDirectory} contains other files and will not be cleared; use another data directory`,
    );
  }
  if (isOurs) {
    await endServers(context, serverNames);
    await runtime.wipe();
  }
  await rm(dataDirectory, { recursive: true, force: true });
}

/** Creates or completes the state, and moves servers whose port is in use by another process. */
async function setUpState(
  { dataDirectory, runtime, onProgress }: Context,
  only: readonly ServerName[],
): Promise<void> {
  await mkdir(dataDirectory, { recursive: true });
  const found = readState(dataDirectory);
  if (found === undefined) {
    writeState(dataDirectory, await createState(runtime.kind));
    return;
  }
  const state = await completeState(found);
  const moved: Record<string, unknown> = {};
  for (const name of only) {
    if (runtime.pid(name) !== undefined) continue;
    const own = ownState(state, name);
    const ports: Record<string, number> = {};
    for (const [port, number] of Object.entries(own.ports)) {
      if (await isPortFree(number)) continue;
      const [free = 0] = await chooseFreePorts(1);
      onProgress(`${name}: port ${number} is in use, moving to ${free}`);
      ports[port] = free;
    }
    moved[name] = { ...own, ports: { ...own.ports, ...ports } };
  }
  writeState(dataDirectory, { ...state, servers: { ...state.servers, ...moved }, owner: undefined });
}

function isReady(name: ServerName, dataDirectory: string): Promise<boolean> {
  return descriptionOf(name).isReady(ownState(stateOf(dataDirectory), name));
}

async function untilReady({ runtime, dataDirectory, signal }: Context, name: ServerName): Promise<void> {
  let ended = false;
  const isUp = async () => {
    if (await isReady(name, dataDirectory)) return true;
    await descriptionOf(name).settle?.(ownState(stateOf(dataDirectory), name));
    ended = runtime.pid(name) === undefined;
    return ended;
  };
  const answered = await waitUntil(isUp, { timeoutMs: readyTimeoutMs, everyMs: 100, signal });
  if (answered && !ended) return;
  const what = ended ? 'exited during startup' : `does not answer after ${readyTimeoutMs / 1_000} s`;
  throw new Error(`${name} ${what}; the end of its log:\n${await runtime.logTail(name)}`);
}

async function endServers({ runtime }: Context, names: readonly ServerName[]): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      if (runtime.pid(name) === undefined) return;
      // A suspended process handles other signals only after SIGCONT.
      if (runtime.isStopped(name)) await runtime.signal(name, 'SIGCONT').catch(() => undefined);
      const ended = runtime.signal(name, descriptionOf(name).stopSignal ?? 'SIGTERM').catch(() => undefined);
      const gone = () => runtime.pid(name) === undefined;
      if (!(await waitUntil(gone, { timeoutMs: terminateTimeoutMs, everyMs: 20 }))) {
        await runtime.signal(name, 'SIGKILL').catch(() => undefined);
      }
      await ended;
    }),
  );
}
