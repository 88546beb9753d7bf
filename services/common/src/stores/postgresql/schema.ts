import {
  type DatabaseClient,
  migrate,
  readMigrations,
  type VersionedSchema,
} from '../../postgresql/index.ts';
import { schemaNameOf } from '../schema-name.ts';
import { grantRights, lacksRights, type SchemaRoles } from './rights.ts';

const MIGRATIONS = readMigrations(new URL('./migrations/', import.meta.url));

/** The schema of a lane. */
export function laneSchema(keyPrefix: string): VersionedSchema {
  return { name: schemaNameOf(keyPrefix), migrations: MIGRATIONS };
}

/**
 * Makes a lane's schema, or brings it up to date, and grants rights in it; returns the names of the migrations it applied. May be
 * repeated: what is there already is not touched.
 *
 * Only the owner can write past the functions, drop or truncate. Neither writers nor readers can read what a message says.
 *
 * @throws as {@link migrate}; an error of the server that names a role which does not exist
 */
export function makeLaneSchema(
  client: DatabaseClient,
  keyPrefix: string,
  roles: SchemaRoles,
): Promise<readonly string[]> {
  const schema = laneSchema(keyPrefix);
  return migrate(client, schema, {
    isMissing: () => lacksRights(client, schema.name, roles),
    make: () => grantRights(client, schema.name, roles),
  });
}
