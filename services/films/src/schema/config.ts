import { count, type Environment, operationsShape, parseConfig } from '@caudal/common/config';
import { databaseSettings, databaseShape } from '@caudal/common/postgresql';
import { MAX_FILMS } from '../data/generate-films.ts';
import { apiRoleShape } from './rights.ts';

/**
 * Reads the configuration of the schema program: the owner's URL, the role of the API, and how many films are made up where there are
 * none: 0 imports the committed ones.
 * @throws ConfigError that lists every problem
 */
export function loadSchemaConfig(environment: Environment) {
  const values = parseConfig(
    {
      LOG_LEVEL: operationsShape.LOG_LEVEL,
      ...databaseShape,
      ...apiRoleShape,
      FILMS_GENERATE: count(0, 0, MAX_FILMS),
    },
    environment,
  );
  return {
    logLevel: values.LOG_LEVEL,
    settings: databaseSettings(values, 'caudal-films-schema'),
    apiRole: values.FILMS_API_ROLE,
    generate: values.FILMS_GENERATE,
  };
}
