import {
  count,
  type Environment,
  list,
  milliseconds,
  operationsShape,
  parseConfig,
  publicHttpSettings,
  publicHttpShape,
  readAll,
} from '@caudal/common/config';
import { defaultLanes } from '@caudal/common/lanes';
import { MAX_MESSAGES_PER_REQUEST } from '@caudal/common/message';
import { BROKER_NAMES, type BrokerChoice, readBroker } from '@caudal/common/messaging';
import { z } from 'zod';

const SERVICE = 'ingest-api';

const DEFAULT_BROKERS = [...new Set(defaultLanes().map(({ broker }) => broker))];

/** Brokers to publish to; only their variables are required. */
const BROKERS = list()
  .pipe(z.array(z.enum(BROKER_NAMES)).min(1, 'must list at least one broker'))
  .refine((names) => new Set(names).size === names.length, 'must not name a broker twice')
  .default(DEFAULT_BROKERS);

const ingestShape = {
  ...operationsShape,
  BROKERS,
  ...publicHttpShape({ port: 8080, maxBodyBytes: 2 ** 20 }),
  /** Time for all brokers to confirm; 503 when exceeded. */
  PUBLISH_TIMEOUT_MS: milliseconds(5_000),
  /** Maximum messages waiting for a broker's confirm; 503 when exceeded. The largest request must fit. */
  MAX_PENDING_MESSAGES: count(20_000, MAX_MESSAGES_PER_REQUEST, 10_000_000),
};

/**
 * Reads the configuration.
 * @throws ConfigError that lists every problem.
 */
export function parseIngestConfig(environment: Environment) {
  const { values, brokers } = readAll({
    brokers: () => readBrokers(environment),
    values: () => parseConfig(ingestShape, environment),
  });
  const http = publicHttpSettings(values);
  return {
    ...http,
    limits: { ...http.limits, maxPendingMessages: values.MAX_PENDING_MESSAGES },
    brokers,
    operations: { host: values.OPERATIONS_HOST, port: values.OPERATIONS_PORT },
    publishTimeoutMs: values.PUBLISH_TIMEOUT_MS,
    drainTimeoutMs: values.DRAIN_TIMEOUT_MS,
    logLevel: values.LOG_LEVEL,
  };
}

function readBrokers(environment: Environment): readonly BrokerChoice[] {
  const { BROKERS: names } = parseConfig({ BROKERS }, environment);
  const read = names.map((name) => [name, () => readBroker(name, environment, SERVICE)] as const);
  return Object.values(readAll(Object.fromEntries(read)));
}

/** Configuration of ingest-api. */
export type IngestConfig = ReturnType<typeof parseIngestConfig>;
