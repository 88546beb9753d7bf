import type { ServerAddresses } from '../../../../tools/servers/servers.ts';

/** Environment variables of a process. */
export type Variables = Readonly<Record<string, string>>;

/** What a process is given to build its environment. */
export interface ServiceSource {
  readonly addresses: ServerAddresses;
  readonly logLevel: string;
  /** Port of `/metrics` and the probes. */
  readonly operationsPort: number;
  /** Port of its API; of use to a service with {@link ServiceSpec.http}. */
  readonly httpPort: number;
  /**
   * Port of a service of the stack, known before any of them runs: of its API, or by its name one of its
   * {@link ServiceSpec.ports}.
   * @throws Error for one that it does not have
   */
  portOf(service: string, port?: string): number;
}

/**
 * Part of a service in its workload: an `entry` accepts work, a `worker` works it off, a `reader` only reads. They are
 * stopped in this order, so that whatever was accepted is still worked off.
 */
export type ServiceRole = 'entry' | 'worker' | 'reader';

/** Roles in the order of stopping. */
export const ROLES: readonly ServiceRole[] = ['entry', 'worker', 'reader'];

/** A service of a workload: how its processes are started, scaled and stopped. */
export interface ServiceSpec {
  /** Unique in the stack; names its set for `scale`, logs, scrape targets and faults: `ingest-api`. */
  readonly name: string;
  /** Absolute path of the program's main module. */
  readonly program: string;
  readonly role: ServiceRole;
  /** Processes at the start; at least 1. */
  readonly replicas: number;
  /** Largest number of processes. A set of one cannot be scaled, and its process has the set's name without a number. */
  readonly maxReplicas: number;
  /** Given for a service with an API; several processes share its port. */
  readonly http?: HttpSpec | undefined;
  /** Names of further ports, for a service of one process: `smtp`. Each is a free port. */
  readonly ports?: readonly string[];
  /** Builds what its processes need and a stack can do without, such as a page; called by `npm start`. */
  prepare?(onProgress: (line: string) => void): Promise<unknown>;
  /** Makes what its processes need on the servers, such as a schema; called once, before any process of the stack starts. */
  setUp?(addresses: ServerAddresses): Promise<unknown>;
  environment(source: ServiceSource): Variables;
}

/** API of a service. */
export interface HttpSpec {
  /** A free port is used if this one is taken or not given. */
  readonly preferredPort?: number | undefined;
  /** How to start several processes; part of the error when a single one, without a balancer, is scaled: `start with --ingest 2 to scale it`. */
  readonly howToScale?: string;
}

/** Sets that `scale` takes. */
export function scalable(services: readonly ServiceSpec[]): readonly ServiceSpec[] {
  return services.filter(({ maxReplicas }) => maxReplicas > 1);
}
