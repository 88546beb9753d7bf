import type { Logger } from '@caudal/common/logging';
import {
  type DatabaseClient,
  migrate,
  type PostgresqlSettings,
  readMigrations,
  type VersionedSchema,
} from '@caudal/common/postgresql';
import { withDatabase } from '../data/with-database.ts';
import { grantRights, lacksRights } from './rights.ts';

/** Schema with the list of versions. */
export const FILMS_SCHEMA: VersionedSchema = {
  name: 'films',
  migrations: readMigrations(new URL('../../migrations/films/', import.meta.url)),
};

/**
 * Makes the schema `films`, or brings it up to date, and grants the API's role its rights; waits for a server that is not up yet. May be
 * repeated, by any number of processes.
 *
 * @param settings of the owner of the database
 * @throws AppError `STORE_REJECTED` if a retry cannot help: a migration that changed or is newer, a role that does not exist
 */
export async function createFilmsSchema(
  settings: PostgresqlSettings,
  { apiRole }: { readonly apiRole: string },
  logger: Logger,
): Promise<void> {
  await withDatabase({ settings, logger, prepare: (client) => migrateFilms(client, apiRole, logger) }, () =>
    Promise.resolve(),
  );
}

/** Brings the schema up to date on a connection of the owner. */
export async function migrateFilms(client: DatabaseClient, apiRole: string, logger: Logger): Promise<void> {
  const applied = await migrate(client, FILMS_SCHEMA, {
    isMissing: () => lacksRights(client, apiRole),
    make: () => grantRights(client, apiRole),
  });
  logger.info({ schema: FILMS_SCHEMA.name, applied, apiRole }, 'schema is current');
}
