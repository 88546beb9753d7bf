export { numberArray, textArray } from './array-literal.ts';
export { Database, type DatabaseClient, type DatabaseOptions, transaction } from './database.ts';
export {
  type DatabaseSettings,
  databaseSettings,
  databaseShape,
  readDatabaseSettings,
} from './environment.ts';
export { checkMigrations, migrate, type VersionedSchema } from './migrate.ts';
export { type Migration, readMigrations } from './migrations.ts';
export { type PostgresqlSettings, problemOfUrl } from './settings.ts';
export { sqlstateOf } from './sqlstate.ts';
