import { join } from 'node:path';
import {
  count,
  type Environment,
  operationsShape,
  parseConfig,
  publicHttpSettings,
  publicHttpShape,
} from '@caudal/common/config';
import { z } from 'zod';
import { filmReaderSettings, filmReaderShape } from '../replicas/environment.ts';

const SERVICE = 'caudal-films-api';
const MIB = 2 ** 20;
/** Where `node services/films/web/main.ts` puts it. */
const BUILT_PAGE = join(import.meta.dirname, '..', '..', 'web', 'dist');

const apiShape = {
  ...operationsShape,
  // Nothing is sent to this API.
  ...publicHttpShape({ port: 8084, maxBodyBytes: 1_024 }),
  ...filmReaderShape,
  /** Memory for answers that were given before; 0 keeps none. */
  CACHE_MIB: count(16, 0, 4_096),
  /** Directory of the built page. */
  PAGE_DIRECTORY: z.string().default(BUILT_PAGE),
};

/**
 * Reads the configuration.
 * @throws ConfigError that lists every problem
 */
export function parseApiConfig(environment: Environment) {
  const values = parseConfig(apiShape, environment);
  return {
    ...publicHttpSettings(values),
    operations: { host: values.OPERATIONS_HOST, port: values.OPERATIONS_PORT },
    reader: filmReaderSettings(values, SERVICE),
    cacheBytes: values.CACHE_MIB * MIB,
    pageDirectory: values.PAGE_DIRECTORY,
    drainTimeoutMs: values.DRAIN_TIMEOUT_MS,
    logLevel: values.LOG_LEVEL,
  };
}

/** Configuration of the films API. */
export type ApiConfig = ReturnType<typeof parseApiConfig>;
