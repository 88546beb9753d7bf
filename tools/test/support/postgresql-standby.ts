import { appendFile, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type ServerAddresses, type Servers, startServers } from '../../servers/servers.ts';

/** A PostgreSQL that follows another one and only reads. */
export interface Standby {
  /** Its addresses, for the roles and passwords of its primary. */
  readonly addresses: ServerAddresses['postgresql'];
  /** To kill, suspend and restart it. */
  readonly servers: Servers;
  /** Makes it a primary; resolves when it takes writes. */
  promote(): Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/**
 * Copies a running PostgreSQL and starts the copy as its standby, which follows asynchronously.
 *
 * @param primary run as processes; with containers the copy would have to pass between two of them
 * @param dataDirectory of its own, must not exist
 */
export async function startStandby(primary: Servers, dataDirectory: string): Promise<Standby> {
  const options = ['--write-recovery-conf', '--checkpoint=fast', '--no-sync', '--username=postgres'];
  const copy = '/var/lib/postgresql/data/standby';
  await primary.execute('postgresql', ['pg_basebackup', ...options, `--pgdata=${copy}`]);
  const data = join(dataDirectory, 'postgresql', 'pgdata');
  await mkdir(dirname(data), { recursive: true });
  await rename(join(primary.dataDirectory, 'postgresql', basename(copy)), data);
  // The copy was made through the primary's socket, which only the primary sees.
  const { hostname, port: primaryPort, username, password } = new URL(primary.addresses.postgresql.adminUrl);
  const connection = `host=${hostname} port=${primaryPort} user=${username} password=${password}`;
  await appendFile(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${connection}'\n`);
  const servers = await startServers({ dataDirectory, only: ['postgresql'] });
  const { port } = new URL(servers.addresses.postgresql.url);
  const addresses = JSON.parse(
    JSON.stringify(primary.addresses.postgresql).replaceAll(`:${primaryPort}/`, `:${port}/`),
  ) as ServerAddresses['postgresql'];
  return {
    addresses,
    servers,
    promote: async () => {
      await servers.execute('postgresql', ['psql', '-qAt', '-U', 'postgres', '-c', 'select pg_promote()']);
    },
    remove: async () => {
      await servers.down();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
