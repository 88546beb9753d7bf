import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage } from '@caudal/common/errors';
import { chooseFreePorts, isPortFree } from '../../../../tools/servers/ports.ts';
import type { ServerAddresses } from '../../../../tools/servers/servers.ts';
import { COMPILE_CACHE } from '../cli/paths.ts';
import { type RoundRobinProxy, startRoundRobinProxy } from './round-robin-proxy.ts';
import type { RunningService } from './run-file.ts';
import { ServiceProcess } from './service-process.ts';
import { ROLES, type ServiceSpec } from './service-spec.ts';

/** Services to run and servers they use. */
export interface StackOptions {
  readonly addresses: ServerAddresses;
  readonly services: readonly ServiceSpec[];
  /** Directory of `logs/`. */
  readonly stateDirectory: string;
  /** File of Prometheus scrape targets; not written when absent. */
  readonly targetsDirectory?: string | undefined;
  /** Default: `info`. */
  readonly logLevel?: string;
  readonly onEvent: (line: string) => void;
  /** Called when a process started, exited or was scaled. */
  readonly onChange?: () => void;
  readonly signal?: AbortSignal;
}

/** Supervised services on this machine. */
export interface Stack {
  readonly services: readonly ServiceSpec[];
  /** URL of a service's API. @throws Error for a service that has none */
  url(service: string): string;
  /** Service of a process. @throws Error for an unknown one */
  serviceOf(process: string): ServiceSpec;
  /** Current processes by name: `ingest-api-1`. */
  processes(): ReadonlyMap<string, ServiceProcess>;
  /** `/metrics` URLs of all but readers. */
  metricsUrls(): readonly string[];
  running(): readonly RunningService[];
  /**
   * Scales a set to `count` processes; resolves when new ones are ready and removed ones are drained.
   * @throws Error for a service with an API that was started as a single process, without the load-balancing proxy.
   */
  scale(set: string, count: number): Promise<void>;
  /** Bytes that a proxy sent to a process so far; undefined for a process without one. */
  requestBytes(name: string): number | undefined;
  /** Number of connections that processes behind proxies have broken before they had answered. */
  requestsCutOff(): number;
  /** Number of answers that processes behind proxies have kept waiting for a second or longer. */
  answersLate(): number;
  /**
   * Stops everything in the order of {@link ROLES}.
   * @returns how each process ended, by name: `status 0` after a complete drain
   */
  stop(): Promise<ReadonlyMap<string, string>>;
}

const READY_TIMEOUT_MS = 60_000;

/** Processes of a service, and what is before them. */
interface Members {
  readonly spec: ServiceSpec;
  /** Port of its API. */
  readonly port: number | undefined;
  processes: readonly ServiceProcess[];
  /** Balances over the ports; only where it was started as several processes with an API. */
  proxy: RoundRobinProxy | undefined;
  /** Ports of its processes' APIs by process, whether they use them or not. */
  readonly ports: Map<string, number>;
  /** Its further ports, by name. */
  readonly namedPorts: ReadonlyMap<string, number>;
}

/**
 * Sets the services up, starts them and resolves when all are ready.
 * @throws Error that names a service whose set-up failed, or that is not ready, with its readiness and the end of its log; all are
 * stopped then.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { services, stateDirectory, onEvent, signal } = options;
  const logDirectory = join(stateDirectory, 'logs');
  mkdirSync(logDirectory, { recursive: true });
  const sets = new Map<string, Members>();
  const inRole = (role: ServiceSpec['role']): Members[] =>
    [...sets.values()].filter(({ spec }) => spec.role === role);
  /** In the order of starting, the reverse of stopping. */
  const members = (): Members[] => ROLES.toReversed().flatMap(inRole);
  const processes = (): ServiceProcess[] => members().flatMap((set) => set.processes);
  const setOf = (name: string): Members => {
    const set = sets.get(name);
    if (set === undefined) throw new Error(`unknown service '${name}': use ${[...sets.keys()].join(', ')}`);
    return set;
  };
  const changed = (): void => {
    if (options.targetsDirectory !== undefined) writeTargets(options.targetsDirectory, members());
    options.onChange?.();
  };

  const portOf = (service: string, port?: string): number => {
    const set = setOf(service);
    const found = port === undefined ? set.port : set.namedPorts.get(port);
    if (found === undefined)
      throw new Error(`${service} has no ${port === undefined ? 'API' : `port ${port}`}`);
    return found;
  };

  async function launch(set: Members, name: string, wantedPort?: number): Promise<ServiceProcess> {
    const [operationsPort = 0, freePort = 0] = await chooseFreePorts(2);
    const httpPort = wantedPort ?? freePort;
    const process = new ServiceProcess({
      name,
      program: set.spec.program,
      environment: {
        // Halves the startup cost of several concurrent processes.
        NODE_COMPILE_CACHE: COMPILE_CACHE,
        ...set.spec.environment({
          addresses: options.addresses,
          logLevel: options.logLevel ?? 'info',
          operationsPort,
          httpPort,
          portOf,
        }),
      },
      operationsUrl: `http://127.0.0.1:${operationsPort}`,
      logFile: join(logDirectory, `${name}.log`),
      onEvent,
      onChange: changed,
    });
    set.ports.set(name, httpPort);
    set.processes = [...set.processes, process];
    process.start();
    return process;
  }

  /** One after the other: a set is scaled down from its end, and numbered by its length. */
  async function launchUpTo(set: Members, count: number): Promise<readonly ServiceProcess[]> {
    const { name, maxReplicas } = set.spec;
    const isShared = set.proxy !== undefined;
    const started: ServiceProcess[] = [];
    for (let index = set.processes.length; index < count; index += 1) {
      const nameOfProcess = maxReplicas === 1 ? name : `${name}-${index + 1}`;
      started.push(await launch(set, nameOfProcess, isShared ? undefined : set.port));
    }
    return started;
  }

  async function scale(set: Members, count: number): Promise<void> {
    const current = set.processes;
    const started = await launchUpTo(set, count);
    await Promise.all(started.map((process) => process.untilReady(READY_TIMEOUT_MS, signal)));
    const leaving = current.slice(count);
    if (leaving.length > 0) set.processes = current.slice(0, count);
    for (const { name } of leaving) set.ports.delete(name);
    set.proxy?.setTargets([...set.ports.values()]);
    changed();
    await Promise.all(leaving.map((process) => process.stop()));
  }

  async function stop(): Promise<ReadonlyMap<string, string>> {
    const ends = new Map<string, string>();
    for (const role of ROLES) {
      await Promise.all(
        inRole(role)
          .flatMap((set) => set.processes)
          .map(async (process) => void ends.set(process.name, await process.stop())),
      );
    }
    await Promise.all(members().map(({ proxy }) => proxy?.close()));
    for (const set of sets.values()) set.processes = [];
    changed();
    return ends;
  }

  try {
    for (const spec of services) await setUp(spec, options.addresses);
    for (const spec of services) {
      const port = spec.http && (await portNear(spec.http.preferredPort, onEvent));
      const names = spec.ports ?? [];
      const free = await chooseFreePorts(names.length);
      const namedPorts = new Map(names.map((name, index) => [name, free[index] ?? 0]));
      sets.set(spec.name, { spec, port, processes: [], proxy: undefined, ports: new Map(), namedPorts });
    }
    const isBalanced = ({ spec }: Members): boolean => spec.http !== undefined && spec.replicas > 1;
    await Promise.all(
      members()
        .filter((set) => !isBalanced(set))
        .map((set) => launchUpTo(set, set.spec.replicas)),
    );
    for (const process of processes()) await process.untilReady(READY_TIMEOUT_MS, signal);
    for (const set of members().filter(isBalanced)) {
      set.proxy = await startRoundRobinProxy(set.port ?? 0);
      await scale(set, set.spec.replicas);
    }
    return {
      services,
      url: (name) => {
        const { port } = setOf(name);
        if (port === undefined) throw new Error(`${name} has no API`);
        return `http://127.0.0.1:${port}`;
      },
      serviceOf: (name) => {
        const set = members().find(({ ports }) => ports.has(name));
        if (set === undefined) throw new Error(`unknown process '${name}'`);
        return set.spec;
      },
      processes: () => new Map(processes().map((process) => [process.name, process])),
      metricsUrls: () =>
        [...sets.values()]
          .filter(({ spec }) => spec.role !== 'reader')
          .flatMap((set) => set.processes)
          .map(({ operationsUrl }) => `${operationsUrl}/metrics`),
      running: () =>
        processes().map(({ name, identity, operationsUrl }) => ({
          name,
          process: identity ?? null,
          operationsUrl,
        })),
      scale: async (name, count) => {
        const set = setOf(name);
        if (set.spec.http !== undefined && set.proxy === undefined && count !== 1) {
          const { howToScale = 'it cannot be scaled' } = set.spec.http;
          throw new Error(`${name} runs as a single process: ${howToScale}`);
        }
        if (set.spec.http !== undefined && count === 0) throw new Error(`${name} needs at least one process`);
        await scale(set, count);
      },
      requestBytes: (name) => {
        const set = members().find(({ proxy, ports }) => proxy !== undefined && ports.has(name));
        return set?.proxy?.bytesSentTo(set.ports.get(name) ?? 0);
      },
      requestsCutOff: () => members().reduce((sum, { proxy }) => sum + (proxy?.cutOff() ?? 0), 0),
      answersLate: () => members().reduce((sum, { proxy }) => sum + (proxy?.answeredLate() ?? 0), 0),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function setUp(spec: ServiceSpec, addresses: ServerAddresses): Promise<void> {
  try {
    await spec.setUp?.(addresses);
  } catch (error) {
    throw new Error(`${spec.name}: set-up failed: ${errorMessage(error)}`, { cause: error });
  }
}

async function portNear(wanted: number | undefined, onEvent: (line: string) => void): Promise<number> {
  if (wanted !== undefined && (await isPortFree(wanted))) return wanted;
  const [port = 0] = await chooseFreePorts(1);
  if (wanted !== undefined) onEvent(`port ${wanted} is in use: using ${port}`);
  return port;
}

/** Writes atomically: Prometheus reads the file whenever it changes. */
function writeTargets(directory: string, members: readonly Members[]): void {
  const groups = members.flatMap(({ spec, processes }) =>
    processes.map(({ name, operationsUrl }) => ({
      targets: [new URL(operationsUrl).host],
      labels: { service: spec.name, pod: name },
    })),
  );
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'caudal.json');
  writeFileSync(`${path}.new`, JSON.stringify(groups));
  renameSync(`${path}.new`, path);
}
