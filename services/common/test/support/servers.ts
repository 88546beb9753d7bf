import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import {
  findServers,
  type ServerName,
  type Servers,
  startServers,
} from '../../../../tools/servers/servers.ts';
import { type WatchedConnections, watchConnections } from './watch-connections.ts';

/** Time for a process to end after its last test; clients that gave up on a silent server may need a few seconds. */
const EXIT_TIMEOUT_MS = 30_000;

/**
 * Gives a test file real servers; call it once, at the top level. Uses those that `npm test` has started for it, which reads
 * their names from this call and sets `CAUDAL_TEST_SERVERS` to their data directory; a file that runs alone starts what it needs, with data in a temporary folder, and
 * stops it after its last test.
 *
 * @returns a function for the servers; call it only within tests and hooks.
 */
export function useServers(...only: readonly ServerName[]): () => Servers {
  let servers: Servers | undefined;
  let ownDirectory: string | undefined;
  const connections = watchConnections();
  before(async () => {
    const dataDirectory = process.env.CAUDAL_TEST_SERVERS;
    if (dataDirectory) {
      servers = await findServers({ dataDirectory });
      return;
    }
    ownDirectory = await mkdtemp(join(tmpdir(), 'caudal-servers-'));
    servers = await startServers({
      only,
      dataDirectory: ownDirectory,
      onProgress: (line) => process.stderr.write(`${line}\n`),
    });
  });
  after(async () => {
    failIfKeptAlive(connections);
    if (!ownDirectory) return;
    await servers?.down();
    await rm(ownDirectory, { recursive: true, force: true });
  });
  return () => {
    if (!servers) throw new Error('the servers are not up: was CAUDAL_TEST_SERVERS set without npm test?');
    return servers;
  };
}

/** Ends a process that is still alive some time after its last test, and names what keeps it alive. */
function failIfKeptAlive(connections: WatchedConnections): void {
  setTimeout(() => {
    const kept = process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap');
    const open = connections.describeOpen().join('\n');
    process.stderr.write(
      `the tests are over, but the process is kept alive by: ${kept.join(', ')}\n${open}\n`,
    );
    process.exit(1);
  }, EXIT_TIMEOUT_MS).unref();
}
