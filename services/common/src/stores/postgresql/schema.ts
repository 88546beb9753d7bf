import { escapeIdentifier } from 'pg';
import {
  type DatabaseClient,
  migrate,
  readMigrations,
  transaction,
  type VersionedSchema,
} from '../../postgresql/index.ts';
import { schemaNameOf } from '../schema-name.ts';

const MIGRATIONS = readMigrations(new URL('./migrations/', import.meta.url));

/** Tables that writers and readers may read. */
const READABLE = ['country_count', 'weather_count', 'log_position', 'expired', 'schema_version'];

/** Columns of a message that they may read: all but what it says. */
const READABLE_OF_MESSAGES = 'scope, sequence, country, weather_class, accepted_at, stored_at, expires_on';

/** Roles that are given rights in a lane's schema. */
export interface SchemaRoles {
  /** May store: call the schema's functions, which are the only way to write, and read. */
  readonly writers: readonly string[];
  /** May read. */
  readonly readers: readonly string[];
}

/** The schema of a lane. */
export function laneSchema(keyPrefix: string): VersionedSchema {
  return { name: schemaNameOf(keyPrefix), migrations: MIGRATIONS };
}

/**
 * Makes a lane's schema, or brings it up to date, and grants rights in it; returns the names of the migrations it applied. May be
 * repeated.
 *
 * Only the owner can write past the functions, drop or truncate. Neither writers nor readers can read what a message says.
 *
 * @throws as {@link migrate}; an error of the server that names a role which does not exist
 */
export async function makeLaneSchema(
  client: DatabaseClient,
  keyPrefix: string,
  { writers, readers }: SchemaRoles,
): Promise<readonly string[]> {
  const schema = laneSchema(keyPrefix);
  const applied = await migrate(client, schema);
  if (writers.length + readers.length === 0) return applied;
  const name = escapeIdentifier(schema.name);
  const listed = (roles: readonly string[]): string => roles.map(escapeIdentifier).join(', ');
  const everybody = listed([...writers, ...readers]);
  await transaction(client, async () => {
    await client.query(`grant usage on schema ${name} to ${everybody}`);
    await client.query(
      `grant select on ${READABLE.map((table) => `${name}.${table}`).join(', ')} to ${everybody}`,
    );
    await client.query(`grant select (${READABLE_OF_MESSAGES}) on ${name}.message to ${everybody}`);
    if (writers.length > 0) {
      await client.query(`grant execute on all functions in schema ${name} to ${listed(writers)}`);
    }
  });
  return applied;
}
