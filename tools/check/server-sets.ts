import { readFile } from 'node:fs/promises';
import { type ServerName, type Servers, type StartOptions, startServers } from '../servers/servers.ts';

/** Sets of real servers for test files that run at the same time, each file on a set of its own. */
export interface ServerSets {
  /** Starts what a test file needs and does not run yet in a set; resolves with the set's data directory. */
  prepare(index: number, file: string): Promise<string>;
  /** Stops all servers. */
  down(): Promise<void>;
}

type RunningSet = Pick<Servers, 'pid' | 'start' | 'down'>;

/**
 * Server sets in `<directory>-<index>`. They start with the first file that needs them, and only the servers that it names.
 */
export function createServerSets(
  directory: string,
  onProgress: (line: string) => void,
  startSet: (options: StartOptions) => Promise<RunningSet> = startServers,
): ServerSets {
  const sets = new Map<number, RunningSet>();
  return {
    async prepare(index, file) {
      const dataDirectory = `${directory}-${index}`;
      const names = serversIn(await readFile(file, 'utf8'));
      const report = (line: string): void => onProgress(`servers ${index}: ${line}`);
      const set = sets.get(index);
      if (set === undefined && names.length > 0) {
        sets.set(index, await startSet({ dataDirectory, only: names, fresh: true, onProgress: report }));
      } else if (set !== undefined) {
        // One that a failed test has left dead is started too.
        await Promise.all(names.filter((name) => set.pid(name) === undefined).map((name) => set.start(name)));
      }
      return dataDirectory;
    },
    async down() {
      await Promise.all([...sets.values()].map((set) => set.down()));
    },
  };
}

/** Servers that a test file names in its `useServers(…)`; none where it starts its own. */
export function serversIn(source: string): readonly ServerName[] {
  const lists = [...source.matchAll(/\buseServers\(([^)]*)\)/g)].map(([, list = '']) => list);
  return [
    ...new Set(lists.flatMap((list) => [...list.matchAll(/'([\w-]+)'/g)].map(([, name]) => name))),
  ] as ServerName[];
}
