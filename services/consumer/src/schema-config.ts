import { type Environment, list, operationsShape, parseConfig } from '@caudal/common/config';
import { storeSettings, storeShape } from '@caudal/common/stores';

/** Reads the configuration of the schema program: the owner's URL and prefix of a lane's schema, and the roles that use it. */
export function loadSchemaConfig(environment: Environment) {
  const values = parseConfig(
    {
      LOG_LEVEL: operationsShape.LOG_LEVEL,
      ...storeShape('postgresql'),
      /** May store. */
      STORE_SCHEMA_WRITERS: list().default([]),
      /** May read counts. */
      STORE_SCHEMA_READERS: list().default([]),
    },
    environment,
  );
  return {
    logLevel: values.LOG_LEVEL,
    settings: storeSettings(values, 'caudal-schema'),
    roles: { writers: values.STORE_SCHEMA_WRITERS, readers: values.STORE_SCHEMA_READERS },
  };
}
