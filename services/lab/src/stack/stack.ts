import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooseFreePorts, isPortFree } from '../../../../tools/servers/ports.ts';
import type { ServerAddresses } from '../../../../tools/servers/servers.ts';
import { ROOT } from '../cli/paths.ts';
import { type RoundRobinProxy, startRoundRobinProxy } from './round-robin-proxy.ts';
import type { RunningService } from './run-file.ts';
import {
  consoleEnvironment,
  consumerEnvironment,
  DEFAULT_NAMES,
  type EnvironmentSource,
  ingestEnvironment,
  LANES,
  type Lane,
  type Names,
} from './service-environment.ts';
import { ServiceProcess } from './service-process.ts';

/** A set of service processes that can be scaled. */
export type ServiceSet = 'ingest-api' | Lane['consumer'];

/** Names of the sets for `scale`. */
export const SERVICE_SETS: readonly ServiceSet[] = ['ingest-api', 'rabbitmq-consumer', 'kafka-consumer'];

/** Services to run and servers they use. */
export interface StackOptions {
  readonly addresses: ServerAddresses;
  /** Processes of each set. */
  readonly replicas: Readonly<Record<ServiceSet, number>>;
  /** Directory of `logs/`. */
  readonly stateDirectory: string;
  /** File of Prometheus scrape targets; not written when absent. */
  readonly targetsDirectory?: string | undefined;
  /** Preferred ports; a free one is used if taken or not set. */
  readonly ports?: { readonly ingest?: number; readonly console?: number };
  readonly names?: Names;
  readonly consumerStoreUrls?: EnvironmentSource['consumerStoreUrls'];
  /** Programs that replace the services' own, for mutants in tests. */
  readonly programs?: Partial<Record<ServiceSet, string>>;
  readonly logLevel?: string;
  readonly onEvent: (line: string) => void;
  /** Called when a process started, exited or was scaled. */
  readonly onChange?: () => void;
  readonly signal?: AbortSignal;
}

/** Supervised services on this machine. */
export interface Stack {
  readonly baseUrl: string;
  readonly consoleUrl: string;
  /** Current processes by name: `kafka-consumer-1`. */
  processes(): ReadonlyMap<string, ServiceProcess>;
  /** `/metrics` URLs of ingest and consumers. */
  metricsUrls(): readonly string[];
  running(): readonly RunningService[];
  /**
   * Scales a set to `count` processes; resolves when new ones are ready and removed ones are drained.
   * @throws Error for ingest-api when started as a single process, without the load-balancing proxy.
   */
  scale(set: ServiceSet, count: number): Promise<void>;
  /** Bytes that were sent to an ingest process so far; undefined for other processes, and for a single ingest process. */
  requestBytes(name: string): number | undefined;
  /** Number of connections that ingest processes have broken before they had answered; 0 for a single ingest process. */
  requestsCutOff(): number;
  /**
   * Stops everything in order: ingest, consumers, console.
   * @returns how each process ended, by name: `status 0` after a complete drain
   */
  stop(): Promise<ReadonlyMap<string, string>>;
}

const READY_TIMEOUT_MS = 60_000;

/**
 * Starts the services and resolves when all are ready.
 * @throws Error that names a service that is not ready, with its readiness and the end of its log; all are stopped then.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { replicas, stateDirectory, onEvent, signal } = options;
  const logDirectory = join(stateDirectory, 'logs');
  mkdirSync(logDirectory, { recursive: true });
  const source: EnvironmentSource = {
    addresses: options.addresses,
    names: options.names ?? DEFAULT_NAMES,
    logLevel: options.logLevel ?? 'info',
    consumerStoreUrls: options.consumerStoreUrls,
  };
  const members = new Map<ServiceSet | 'console', ServiceProcess[]>();
  const ingestPorts = new Map<string, number>();
  let proxy: RoundRobinProxy | undefined;

  const processes = (): ServiceProcess[] => [...members.values()].flat();
  const changed = (): void => {
    if (options.targetsDirectory !== undefined) writeTargets(options.targetsDirectory, members);
    options.onChange?.();
  };

  async function launch(
    set: ServiceSet | 'console',
    name: string,
    httpPort?: number,
  ): Promise<ServiceProcess> {
    const [operationsPort = 0, freePort = 0] = await chooseFreePorts(2);
    const port = httpPort ?? freePort;
    const lane = LANES.find(({ consumer }) => consumer === set);
    const isConsole = set === 'console';
    const process = new ServiceProcess({
      name,
      program:
        (isConsole ? undefined : options.programs?.[set]) ??
        join(ROOT, 'services', lane === undefined ? set : 'consumer', 'src', 'main.ts'),
      environment: {
        // Halves the startup cost of several concurrent processes.
        NODE_COMPILE_CACHE: join(stateDirectory, 'compile-cache'),
        ...(lane !== undefined
          ? consumerEnvironment(source, lane, operationsPort)
          : isConsole
            ? consoleEnvironment(source, port, operationsPort)
            : ingestEnvironment(source, port, operationsPort)),
      },
      operationsUrl: `http://127.0.0.1:${operationsPort}`,
      logFile: join(logDirectory, `${name}.log`),
      onEvent,
      onChange: changed,
    });
    if (set === 'ingest-api') ingestPorts.set(name, port);
    members.set(set, [...(members.get(set) ?? []), process]);
    process.start();
    return process;
  }

  /** One after the other: a set is scaled down from its end, and numbered by its length. */
  async function launchUpTo(set: ServiceSet, count: number): Promise<readonly ServiceProcess[]> {
    const started: ServiceProcess[] = [];
    for (let index = members.get(set)?.length ?? 0; index < count; index += 1) {
      started.push(await launch(set, `${set}-${index + 1}`));
    }
    return started;
  }

  async function scale(set: ServiceSet, count: number): Promise<void> {
    const current = members.get(set) ?? [];
    const started = await launchUpTo(set, count);
    await Promise.all(started.map((process) => process.untilReady(READY_TIMEOUT_MS, signal)));
    const leaving = current.slice(count);
    if (leaving.length > 0) members.set(set, current.slice(0, count));
    if (set === 'ingest-api') {
      for (const { name } of leaving) ingestPorts.delete(name);
      proxy?.setTargets([...ingestPorts.values()]);
    }
    changed();
    await Promise.all(leaving.map((process) => process.stop()));
  }

  async function stop(): Promise<ReadonlyMap<string, string>> {
    const ends = new Map<string, string>();
    for (const group of [['ingest-api'], ['rabbitmq-consumer', 'kafka-consumer'], ['console']] as const) {
      await Promise.all(
        group
          .flatMap((set) => members.get(set) ?? [])
          .map(async (process) => void ends.set(process.name, await process.stop())),
      );
    }
    await proxy?.close();
    members.clear();
    changed();
    return ends;
  }

  try {
    const ingestPort = await portNear(options.ports?.ingest, onEvent);
    const consolePort = await portNear(options.ports?.console, onEvent);
    const shared = replicas['ingest-api'] > 1;
    await Promise.all([
      launch('console', 'console', consolePort),
      ...LANES.map(({ consumer }) => launchUpTo(consumer, replicas[consumer])),
      ...(shared ? [] : [launch('ingest-api', 'ingest-api-1', ingestPort)]),
    ]);
    for (const process of processes()) await process.untilReady(READY_TIMEOUT_MS, signal);
    if (shared) {
      proxy = await startRoundRobinProxy(ingestPort);
      await scale('ingest-api', replicas['ingest-api']);
    }
    return {
      baseUrl: `http://127.0.0.1:${ingestPort}`,
      consoleUrl: `http://127.0.0.1:${consolePort}`,
      processes: () => new Map(processes().map((process) => [process.name, process])),
      metricsUrls: () =>
        SERVICE_SETS.flatMap((set) => members.get(set) ?? []).map(
          ({ operationsUrl }) => `${operationsUrl}/metrics`,
        ),
      running: () =>
        processes().map(({ name, identity, operationsUrl }) => ({
          name,
          process: identity ?? null,
          operationsUrl,
        })),
      scale: async (set, count) => {
        if (set === 'ingest-api' && proxy === undefined && count !== 1) {
          throw new Error('ingest-api runs as a single process: start with --ingest 2 to scale it');
        }
        if (set === 'ingest-api' && count === 0) throw new Error('ingest-api needs at least one process');
        await scale(set, count);
      },
      requestBytes: (name) => {
        const port = ingestPorts.get(name);
        return port === undefined ? undefined : proxy?.bytesSentTo(port);
      },
      requestsCutOff: () => proxy?.cutOff() ?? 0,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function portNear(wanted: number | undefined, onEvent: (line: string) => void): Promise<number> {
  if (wanted !== undefined && (await isPortFree(wanted))) return wanted;
  const [port = 0] = await chooseFreePorts(1);
  if (wanted !== undefined) onEvent(`port ${wanted} is in use: using ${port}`);
  return port;
}

/** Writes atomically: Prometheus reads the file whenever it changes. */
function writeTargets(directory: string, members: ReadonlyMap<string, readonly ServiceProcess[]>): void {
  const groups = [...members].flatMap(([service, processes]) =>
    processes.map(({ name, operationsUrl }) => ({
      targets: [new URL(operationsUrl).host],
      labels: { service, pod: name },
    })),
  );
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'caudal.json');
  writeFileSync(`${path}.new`, JSON.stringify(groups));
  renameSync(`${path}.new`, path);
}
