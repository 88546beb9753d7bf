import { join } from 'node:path';
import { runCommand } from '../../../../../tools/lib/run-command.ts';
import type { ServerAddresses, Servers } from '../../../../../tools/servers/servers.ts';
import type { Misbehaviour } from '../../chaos/chaos-workload.ts';
import { ROOT } from '../../cli/paths.ts';
import { leftOut } from './faults.ts';
import { COMMITTED_FILE } from './films-file.ts';
import { read, withClient } from './plants/sql.ts';

/** What is made to misbehave. */
export interface MisbehavingFilms {
  readonly addresses: ServerAddresses;
  /** The servers, to send one away. */
  readonly servers: () => Promise<Pick<Servers, 'kill' | 'start'>>;
  /** How long a replica stands still, ms. */
  readonly lagMs: number;
}

/** Longer than a replica may be behind, so that it is left out. */
const CUT_MS = 5_000;
const IMPORT = join(ROOT, 'services', 'films', 'src', 'import', 'main.ts');

/** What may happen to films: nothing of it may make an answer wrong. */
export function misbehavioursOf({ addresses, servers, lagMs }: MisbehavingFilms): readonly Misbehaviour[] {
  const cut = addresses['postgresql-replica-1'].adminUrl;
  const late = addresses['postgresql-replica-2'].adminUrl;
  const { ownerUrl } = addresses.postgresql.films;
  let conninfo: string | undefined;
  return [
    {
      name: 'replication-cut',
      lastsMs: CUT_MS,
      async begin() {
        conninfo = await connectionInfoOf(cut);
        await configure(cut, '');
      },
      end: () => (conninfo === undefined ? Promise.resolve() : configure(cut, conninfo)),
      felt: () => [[leftOut('replica-1')]],
    },
    {
      name: 'replica-lags',
      lastsMs: lagMs,
      begin: () => read(late, 'select pg_wal_replay_pause()').then(() => undefined),
      end: () => read(late, 'select pg_wal_replay_resume()').then(() => undefined),
      felt: () => [[leftOut('replica-2')]],
    },
    {
      name: 'import-without-primary',
      lastsMs: 0,
      async begin() {
        await (await servers()).kill('postgresql');
        await refusedImport(ownerUrl);
      },
      end: async () => (await servers()).start('postgresql'),
      felt: () => [[leftOut('primary')]],
    },
    {
      name: 'import',
      lastsMs: 0,
      begin: () => importFilms(ownerUrl).then(() => undefined),
      end: () => Promise.resolve(),
      // Searches continue as if nothing had happened.
      felt: () => [],
    },
  ];
}

/** Imports the films of the repository once more. @throws Error with what the program says */
async function importFilms(url: string): Promise<void> {
  await runCommand(process.execPath, [IMPORT, 'import', '--csv', COMMITTED_FILE, '--url', url]);
}

/** @throws Error if the import is not refused, or without saying why */
async function refusedImport(url: string): Promise<void> {
  const refusal = await importFilms(url).then(
    () => undefined,
    (error: unknown) => String(error),
  );
  if (refusal === undefined) throw new Error('films were imported without a primary');
  if (!/postgresql: .*(refused|answer|reach|closed|terminated)/i.test(refusal))
    throw new Error(`an import without a primary does not say what is wrong: ${refusal}`);
}

async function connectionInfoOf(url: string): Promise<string> {
  const [row] = await read<{ primary_conninfo: string }>(url, 'show primary_conninfo');
  return row?.primary_conninfo ?? '';
}

async function configure(url: string, conninfo: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(`alter system set primary_conninfo = ${client.escapeLiteral(conninfo)}`);
    await client.query('select pg_reload_conf()');
  });
}
