import type { Logger } from '../../logging.ts';
import { Database } from '../../postgresql/index.ts';
import type { StoreSettings } from '../settings.ts';
import type { SchemaRoles } from './rights.ts';
import { laneSchema, makeLaneSchema } from './schema.ts';

/**
 * Makes the schema of a lane, or brings it up to date, and grants rights in it; waits for a server that is not up yet. May be repeated,
 * by any number of processes.
 *
 * @throws AppError `STORE_REJECTED` if a retry cannot help: a migration that changed or is newer, a role that does not exist
 */
export async function createPostgresqlSchema(
  settings: StoreSettings,
  roles: SchemaRoles,
  logger: Logger,
): Promise<void> {
  const database = new Database({
    name: 'postgresql',
    settings: { ...settings, poolSize: 1 },
    logger,
    prepare: async (client) => {
      const applied = await makeLaneSchema(client, settings.keyPrefix, roles);
      logger.info({ schema: laneSchema(settings.keyPrefix).name, applied, ...roles }, 'schema is current');
    },
  });
  try {
    await database.connect();
  } finally {
    await database.close();
  }
}
