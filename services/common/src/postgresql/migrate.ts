import { escapeIdentifier } from 'pg';
import { AppError } from '../errors.ts';
import { type DatabaseClient, transaction } from './database.ts';
import { type AppliedMigration, type Migration, missingMigrations } from './migrations.ts';
import { sqlstateOf } from './sqlstate.ts';

/** A migration may rewrite a large table. */
const TIMEOUT_MS = 30 * 60_000;

/** A schema with its migrations. */
export interface VersionedSchema {
  readonly name: string;
  readonly migrations: readonly Migration[];
}

/** What belongs to a schema beside its migrations: rights, usually. */
export interface SchemaExtras {
  /** Whether something is missing; asked of a schema that is up to date. */
  isMissing(): Promise<boolean>;
  make(): Promise<void>;
}

/**
 * Brings a schema up to date; returns the names of the migrations it applied. Any number of processes may call it at once: one
 * works, the others wait for it. All that is missing is applied in one transaction or not at all. Needs no right but to read if
 * nothing is missing.
 *
 * @param extras made in the same transaction, so that no one sees the one without the other; none by default
 * @throws AppError `STORE_REJECTED` that names the file, if the database has a migration that changed, is missing here, or is newer
 */
export async function migrate(
  client: DatabaseClient,
  schema: VersionedSchema,
  extras?: SchemaExtras,
): Promise<readonly string[]> {
  const isCurrent = (await findMissing(client, schema)).length === 0;
  if (isCurrent && !(await extras?.isMissing())) return [];
  const quoted = escapeIdentifier(schema.name);
  return transaction(client, async () => {
    await client.query(`set local statement_timeout = ${TIMEOUT_MS}; set local lock_timeout = ${TIMEOUT_MS}`);
    await patiently(client, `select pg_advisory_xact_lock(hashtextextended('migrate ' || $1, 0))`, [
      schema.name,
    ]);
    // Another process may have done it while this one waited. Before the first time there is nothing to ask: an error would end the transaction.
    // A session remembers that there is no such schema until it locks a relation, and `if not exists` believes it.
    await client.query('select from pg_namespace limit 0');
    await client.query(`create schema if not exists ${quoted}`);
    await client.query(`create table if not exists ${quoted}.schema_version (
      number integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now()
    )`);
    const missing = missingMigrations(schema.name, schema.migrations, await readApplied(client, quoted));
    await client.query(`set local search_path to ${quoted}, pg_temp`);
    for (const { number, name, checksum, sql } of missing) {
      await patiently(client, sql);
      await client.query(
        `insert into ${quoted}.schema_version (number, name, checksum) values ($1, $2, $3)`,
        [number, name, checksum],
      );
    }
    await extras?.make();
    return missing.map(({ name }) => name);
  });
}

/**
 * Resolves if the schema is as this code needs it.
 * @throws AppError `STORE_UNAVAILABLE` if migrations are missing: the owner has to apply them; otherwise as {@link migrate}
 */
export async function checkMigrations(client: DatabaseClient, schema: VersionedSchema): Promise<void> {
  const missing = await findMissing(client, schema);
  if (missing.length === 0) return;
  throw new AppError(
    'STORE_UNAVAILABLE',
    `schema '${schema.name}' lacks ${missing.map(({ name }) => name).join(', ')}: waiting until its owner has applied that`,
    { retriable: true },
  );
}

async function findMissing(client: DatabaseClient, schema: VersionedSchema): Promise<readonly Migration[]> {
  try {
    const applied = await readApplied(client, escapeIdentifier(schema.name));
    return missingMigrations(schema.name, schema.migrations, applied);
  } catch (error) {
    if (isUndefined(error)) return schema.migrations;
    throw error;
  }
}

async function readApplied(
  client: DatabaseClient,
  quotedSchema: string,
): Promise<readonly AppliedMigration[]> {
  const { rows } = await client.query<AppliedMigration>(
    `select number, name, checksum from ${quotedSchema}.schema_version order by number`,
  );
  return rows;
}

/** No such table, or no such schema. */
function isUndefined(error: unknown): boolean {
  const state = sqlstateOf(error);
  return state === '42P01' || state === '3F000';
}

/** Runs a statement that may take long: the driver's own limit is meant for batches. */
async function patiently(
  client: DatabaseClient,
  text: string,
  values: readonly unknown[] = [],
): Promise<void> {
  const query = { text, values: values.length === 0 ? undefined : [...values], query_timeout: TIMEOUT_MS };
  await client.query(query as { text: string });
}
