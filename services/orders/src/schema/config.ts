import { type Environment, list, operationsShape, parseConfig } from '@caudal/common/config';
import { databaseSettings, databaseShape } from '@caudal/common/postgresql';
import { DEFAULT_ROLES } from './rights.ts';

const ROLE_NAMES = Object.values(DEFAULT_ROLES).join(',');

/**
 * Reads the configuration of the schema program: the owner's URL, and the roles of api, processor and notifier.
 * @throws ConfigError that lists every problem
 */
export function loadSchemaConfig(environment: Environment) {
  const values = parseConfig(
    {
      LOG_LEVEL: operationsShape.LOG_LEVEL,
      ...databaseShape,
      ORDERS_SCHEMA_ROLES: list()
        .refine(
          (roles) => roles.length === 3 && new Set(roles).size === 3,
          `must name three roles, those of api, processor and notifier, as in ${ROLE_NAMES}`,
        )
        .default(Object.values(DEFAULT_ROLES)),
    },
    environment,
  );
  const [api = '', processor = '', notifier = ''] = values.ORDERS_SCHEMA_ROLES;
  return {
    logLevel: values.LOG_LEVEL,
    settings: databaseSettings(values, 'caudal-orders-schema'),
    roles: { api, processor, notifier },
  };
}
