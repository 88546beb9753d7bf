import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from '../lib/process-identity.ts';
import { chooseFreePorts } from './ports.ts';

/** Names of the servers. */
export type ServerName = 'rabbitmq' | 'kafka' | 'valkey' | 'redis' | 'prometheus';

export const serverNames: readonly ServerName[] = ['rabbitmq', 'kafka', 'valkey', 'redis', 'prometheus'];

const portNames = [
  'rabbitmq',
  'rabbitmqManagement',
  'rabbitmqMetrics',
  'rabbitmqDistribution',
  'rabbitmqEpmd',
  'kafka',
  'kafkaController',
  'valkey',
  'redis',
  'prometheus',
] as const;

export type PortName = (typeof portNames)[number];

/** State of a data directory: servers restart with the same ports and passwords. */
export interface State {
  readonly version: 1;
  readonly runtime: 'processes' | 'compose';
  readonly ports: Readonly<Record<PortName, number>>;
  readonly passwords: Readonly<Record<'rabbitmq' | 'valkey' | 'redis', string>>;
  readonly erlangCookie: string;
  /** Kafka's cluster id: 16 bytes in URL-safe base64. */
  readonly kafkaClusterId: string;
  /** Last known process of each started server. */
  readonly processes: Readonly<Partial<Record<ServerName, ProcessIdentity>>>;
  /** Process the servers end with; absent for background servers. */
  readonly owner?: ProcessIdentity | undefined;
}

/** The ports a server listens on. */
export function portsOf(name: ServerName): PortName[] {
  return portNames.filter((port) => port.startsWith(name));
}

/** Creates a state with new ports and passwords. */
export async function createState(runtime: State['runtime']): Promise<State> {
  const ports = await chooseFreePorts(portNames.length);
  return {
    version: 1,
    runtime,
    ports: Object.fromEntries(portNames.map((name, index) => [name, ports[index]])) as Record<
      PortName,
      number
    >,
    passwords: { rabbitmq: createSecret(), valkey: createSecret(), redis: createSecret() },
    erlangCookie: createSecret(),
    // A leading dash would look like an option.
    kafkaClusterId: `c${randomBytes(16).toString('base64url').slice(1)}`,
    processes: {},
  };
}

/**
 * Reads the state of a data directory; undefined if absent.
 *
 * @throws Error if the file is damaged or of another version.
 */
export function readState(dataDirectory: string): State | undefined {
  const path = statePath(dataDirectory);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  let state: Partial<State>;
  try {
    state = JSON.parse(text) as Partial<State>;
  } catch (error) {
    throw new Error(`${path} is damaged; stop the servers and remove ${dataDirectory}`, { cause: error });
  }
  if (state.version !== 1) {
    throw new Error(`${path} was written by another version; stop its servers and remove ${dataDirectory}`);
  }
  return state as State;
}

/** Writes the state atomically, readable only by its owner because it contains passwords. */
export function writeState(dataDirectory: string, state: State): void {
  mkdirSync(dataDirectory, { recursive: true });
  const path = statePath(dataDirectory);
  const temporary = `${path}.${process.pid}`;
  rmSync(temporary, { force: true });
  writeFileSync(temporary, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}

/** Updates the existing state atomically. */
export function updateState(dataDirectory: string, change: (state: State) => State): State {
  const state = readState(dataDirectory);
  if (state === undefined) throw new Error(`no servers have been set up in ${dataDirectory}`);
  const changed = change(state);
  writeState(dataDirectory, changed);
  return changed;
}

function statePath(dataDirectory: string): string {
  return join(dataDirectory, 'state.json');
}

function createSecret(): string {
  return randomBytes(18).toString('hex');
}
