import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StateOf } from './description.ts';
import { descriptionOf, type OwnStates, type ServerName, serverNames } from './descriptions/index.ts';
import { chooseFreePorts } from './ports.ts';
import type { State } from './state-shape.ts';
import { fromVersion1, type StateVersion1 } from './state-version-1.ts';

/** Creates a state with new ports and secrets for every server. */
export function createState(runtime: State['runtime']): Promise<State> {
  return completeState({ version: 2, runtime, servers: {}, processes: {} });
}

/**
 * Adds ports and secrets that descriptions ask for and the state does not have: those of servers that are new since it
 * was written. The rest stays.
 *
 * @returns the same object if nothing is missing
 */
export async function completeState(state: State): Promise<State> {
  let complete = true;
  const servers: Record<string, unknown> = {};
  for (const name of serverNames) {
    const { ports, secrets } = descriptionOf(name);
    const known = state.servers[name] ?? { ports: {}, secrets: {} };
    const lacking = ports.filter((port) => !(port in known.ports));
    const unset = Object.entries(secrets).filter(([secret]) => !(secret in known.secrets));
    complete &&= lacking.length === 0 && unset.length === 0;
    const free = await chooseFreePorts(lacking.length);
    servers[name] = {
      ports: { ...known.ports, ...Object.fromEntries(lacking.map((port, index) => [port, free[index]])) },
      secrets: {
        ...known.secrets,
        ...Object.fromEntries(unset.map(([secret, create]) => [secret, create()])),
      },
    };
  }
  return complete ? state : { ...state, servers: servers as OwnStates };
}

/**
 * Ports and secrets of one server.
 *
 * @throws Error if the state has none of it
 */
export function ownState<Name extends ServerName>(state: State, name: Name): OwnStates[Name] {
  const own = state.servers[name];
  if (own === undefined) throw new Error(`${name} has not been set up: start it first`);
  return own;
}

/** As {@link ownState}, for descriptions, which know each other by their names alone. */
export function stateOfOthers(state: State): StateOf {
  return (name) => ownState(state, name as ServerName);
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
  let state: Partial<State> | StateVersion1;
  try {
    state = JSON.parse(text) as Partial<State> | StateVersion1;
  } catch (error) {
    throw new Error(`${path} is damaged; stop the servers and remove ${dataDirectory}`, { cause: error });
  }
  if (state.version === 1) return fromVersion1(state);
  if (state.version === 2) return state as State;
  throw new Error(`${path} was written by another version; stop its servers and remove ${dataDirectory}`);
}

/**
 * Reads the state of a data directory in which servers have been set up.
 *
 * @throws Error as {@link readState}, and if it has no state.
 */
export function stateOf(dataDirectory: string): State {
  const state = readState(dataDirectory);
  if (state === undefined) throw new Error(`no servers have been set up in ${dataDirectory}`);
  return state;
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
  const changed = change(stateOf(dataDirectory));
  writeState(dataDirectory, changed);
  return changed;
}

function statePath(dataDirectory: string): string {
  return join(dataDirectory, 'state.json');
}
