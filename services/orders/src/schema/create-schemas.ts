import type { Logger } from '@caudal/common/logging';
import { Database, migrate, type PostgresqlSettings } from '@caudal/common/postgresql';
import { grantRights, lacksRights, type OrdersRoles } from './rights.ts';
import { SCHEMAS } from './schemas.ts';

/**
 * Makes the schemas of the shop, or brings them up to date, and grants the programs' roles their rights; waits for a server that is
 * not up yet. May be repeated, by any number of processes.
 *
 * @param settings of the owner of the database
 * @throws AppError `STORE_REJECTED` if a retry cannot help: a migration that changed or is newer, a role that does not exist
 */
export async function createOrdersSchemas(
  settings: PostgresqlSettings,
  roles: OrdersRoles,
  logger: Logger,
): Promise<void> {
  const database = new Database({
    name: 'postgresql',
    settings: { ...settings, poolSize: 1 },
    logger,
    prepare: async (client) => {
      for (const schema of Object.values(SCHEMAS)) {
        const applied = await migrate(client, schema, {
          isMissing: () => lacksRights(client, schema.name, roles),
          make: () => grantRights(client, schema.name, roles),
        });
        logger.info({ schema: schema.name, applied, ...roles }, 'schema is current');
      }
    },
  });
  try {
    await database.connect();
  } finally {
    await database.close();
  }
}
