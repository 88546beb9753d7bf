import type { Logger } from '@caudal/common/logging';
import { checkMigrations, Database, type PostgresqlSettings } from '@caudal/common/postgresql';
import type { OrdersSchemaName } from '../schema/rights.ts';
import { SCHEMAS } from '../schema/schemas.ts';

/**
 * Creates a program's connection to the database, without connecting; {@link Database.connect} waits until the owner has made the
 * schemas that the program uses.
 *
 * @throws AppError `CONFIG_INVALID` for a URL that cannot be used
 */
export function openDatabase(options: {
  readonly settings: PostgresqlSettings;
  readonly schemas: readonly OrdersSchemaName[];
  readonly logger: Logger;
}): Database {
  const { settings, schemas, logger } = options;
  return new Database({
    name: 'postgresql',
    settings,
    logger,
    prepare: async (client) => {
      for (const name of schemas) await checkMigrations(client, SCHEMAS[name]);
    },
  });
}
