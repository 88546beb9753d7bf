import { readFileSync } from 'node:fs';
import type { DatabaseClient } from '@caudal/common/postgresql';
import { escapeIdentifier } from 'pg';
import { schemaOf } from '../search/version.ts';
import { runLong } from './statements.ts';

const sqlOf = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
const TABLES = sqlOf('version-tables.sql');
const INDEXES = sqlOf('version-indexes.sql');

/** Tables of a version. */
const NAMES = [
  'film',
  'person',
  'film_director',
  'title_word',
  'name_word',
  'title_spelling',
  'name_spelling',
];

/** Makes the schema of a version with its tables, which the API's role may read, and makes it the search path of the session. */
export async function createVersionSchema(
  client: DatabaseClient,
  version: number,
  apiRole: string,
): Promise<void> {
  const [schema, role] = [schemaOf(version), escapeIdentifier(apiRole)];
  await client.query(`
    create schema ${schema};
    set search_path to ${schema}, pg_temp;
    ${TABLES}
    grant usage on schema ${schema} to ${role};
    grant select on all tables in schema ${schema} to ${role};
  `);
}

/**
 * Makes the indexes of the version that is the search path, and lets a reader of any server use them at once: a replica can neither
 * count rows for its plans nor remember which rows all may see.
 */
export async function indexVersion(client: DatabaseClient): Promise<void> {
  await runLong(client, INDEXES);
  await runLong(client, `vacuum (freeze, analyze) ${NAMES.join(', ')}`);
}

/** Drops the schema of a version with all that it has. */
export async function dropVersionSchema(client: DatabaseClient, version: number): Promise<void> {
  await client.query(`drop schema if exists ${schemaOf(version)} cascade`);
}
