import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { NodeName } from './layout.ts';
import type { ProcessIdentity } from './processes.ts';

/** A node that was started: the process that made its namespaces, and process 1 in them. */
export interface NodeState {
  readonly name: NodeName;
  readonly launcher: ProcessIdentity;
  readonly init: ProcessIdentity;
  /** Set once it was Ready with all that `up` puts on it; without it an interrupted `up` is started anew. */
  readonly complete: boolean;
}

/** What `up` changed on the machine, written before each change, so that `down` can undo it after any end. */
export interface ClusterState {
  readonly version: 1;
  readonly provider: 'local' | 'kind';
  readonly nodes: readonly NodeState[];
  /** Empty directories made as mount points outside the run directory. */
  readonly mountPoints: readonly string[];
  /** Kernel settings as they were; the kubelet sets some for the whole machine. */
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
 * Reads the state; undefined when there is none.
 * @throws Error when the file is not a state that this version can read.
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
    throw new Error(`${path} is not a state of this version; remove it after stopping its nodes`);
  return state;
}

/** Reads the text of a state file; undefined when it is another version or not a state. */
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

/** Writes the state as a whole or not at all. */
async function writeState(path: string, state: ClusterState): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`);
  await rename(`${path}.new`, path);
}

/** Changes the state as it is on the disk now, from the empty one where there is none. */
export async function updateState(path: string, change: (old: ClusterState) => ClusterState): Promise<void> {
  await writeState(path, change((await readState(path)) ?? emptyState));
}
