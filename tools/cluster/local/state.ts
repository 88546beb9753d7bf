import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { NodeName } from './layout.ts';
import type { ProcessIdentity } from './processes.ts';

/** A started node: the process that created its namespaces, and process 1 in them. */
export interface NodeState {
  readonly name: NodeName;
  readonly launcher: ProcessIdentity;
  readonly init: ProcessIdentity;
  /** Set when Ready and complete; without it an interrupted `up` starts over. */
  readonly complete: boolean;
}

/** Changes made by `up`, written before each change, so that `down` can always revert them. */
export interface ClusterState {
  readonly version: 1;
  readonly provider: 'local' | 'kind';
  readonly nodes: readonly NodeState[];
  /** Empty directories made as mount points outside the run directory. */
  readonly mountPoints: readonly string[];
  /** Previous kernel settings; the kubelet changes some for the whole machine. */
  readonly sysctls: Readonly<Record<string, string>>;
}

const emptyState: ClusterState = {
  version: 1,
  provider: 'local',
  nodes: [],
  mountPoints: [],
  sysctls: {},
};

/**
 * Reads the state; undefined if absent.
 * @throws Error for a state file that this version cannot read.
 */
export async function readState(path: string): Promise<ClusterState | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const state = parseState(text);
  if (state === undefined)
    throw new Error(`${path} is not a state file of this version; stop its nodes, then remove it`);
  return state;
}

/** Parses a state file; undefined for another version or invalid text. */
export function parseState(text: string): ClusterState | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const state = value as Partial<ClusterState>;
  if (state.version !== 1 || !Array.isArray(state.nodes) || !Array.isArray(state.mountPoints))
    return undefined;
  return state as ClusterState;
}

/** Writes the state atomically. */
async function writeState(path: string, state: ClusterState): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`);
  await rename(`${path}.new`, path);
}

/** Updates the state on disk, starting from an empty one. */
export async function updateState(path: string, change: (old: ClusterState) => ClusterState): Promise<void> {
  await writeState(path, change((await readState(path)) ?? emptyState));
}
