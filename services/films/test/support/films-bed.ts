import { createLogger } from '@caudal/common/logging';
import type { PostgresqlSettings } from '@caudal/common/postgresql';
import { connectClient, runOnce, uniqueName } from '@caudal/common/testing';
import { type Client, escapeIdentifier } from 'pg';
import type { Servers } from '../../../../tools/servers/servers.ts';
import { createFilmsSchema, DEFAULT_API_ROLE } from '../../src/schema/index.ts';

/** Who connects to a bed. */
export type FilmsRole = 'owner' | 'api';

/** A database of its own on the real server, with the schema of the films unless it is a `bare` one. */
export interface FilmsBed {
  /** URLs of the owner and of the API's role. */
  readonly urls: Readonly<Record<FilmsRole, string>>;
  /** Settings of a connection. */
  settings(role: FilmsRole): PostgresqlSettings;
  /** Runs a statement on a connection of its own; returns the rows. */
  query<Row extends object>(
    role: FilmsRole,
    text: string,
    values?: readonly unknown[],
  ): Promise<readonly Row[]>;
  /** Opens a client, which the caller ends; the loss of its server is no error. */
  connect(role: FilmsRole): Promise<Client>;
  /** Ends all connections to the database but those that ask. */
  cutConnections(): Promise<void>;
  /** Drops the database, with whoever is connected to it. */
  close(): Promise<void>;
}

/** Creates a database; the caller closes it. */
export async function openFilmsBed(
  servers: Servers,
  contents: 'schema' | 'bare' = 'schema',
): Promise<FilmsBed> {
  const { adminUrl, films } = servers.addresses.postgresql;
  const name = uniqueName('films');
  const database = escapeIdentifier(name);
  await runOnce(adminUrl, `create database ${database} owner caudal_films_owner`);
  await runOnce(adminUrl, `revoke all on database ${database} from public`);
  await runOnce(adminUrl, `grant connect on database ${database} to ${DEFAULT_API_ROLE}`);
  const inside = (address: string): string => {
    const own = new URL(address);
    own.pathname = `/${name}`;
    return own.href;
  };
  const urls = { owner: inside(films.ownerUrl), api: inside(films.apiUrl) };
  const bed: FilmsBed = {
    urls,
    settings: (role) => ({ clientName: 'test', url: urls[role], ca: undefined, commandTimeoutMs: 30_000 }),
    query: (role, text, values) => runOnce(urls[role], text, values),
    connect: (role) => connectClient(urls[role]),
    cutConnections: async () => {
      await runOnce(
        adminUrl,
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
        [name],
      );
    },
    close: async () => void (await runOnce(adminUrl, `drop database ${database} with (force)`)),
  };
  if (contents === 'schema')
    await createFilmsSchema(
      bed.settings('owner'),
      { apiRole: DEFAULT_API_ROLE },
      createLogger('test', 'silent'),
    );
  return bed;
}

/** What readers can see of a database. */
export interface Versions {
  readonly current: number | undefined;
  readonly kept: readonly number[];
  readonly schemas: readonly string[];
}

/** Versions of a bed, and the schemas that are there for them. */
export async function versionsOf(bed: FilmsBed): Promise<Versions> {
  const rows = await bed.query<{ readonly id: number; readonly state: string }>(
    'owner',
    'select id, state from films.version order by id',
  );
  const schemas = await bed.query<{ readonly name: string }>(
    'owner',
    `select nspname as name from pg_namespace where nspname like 'films\\_v%' order by nspname`,
  );
  return {
    current: rows.find(({ state }) => state === 'current')?.id,
    kept: rows.map(({ id }) => id),
    schemas: schemas.map(({ name }) => name),
  };
}
