import {
  ConfigError,
  count,
  type Environment,
  milliseconds,
  operationsShape,
  parseConfig,
  readAll,
} from '@caudal/common/config';
import { readDatabaseSettings } from '@caudal/common/postgresql';
import { readOrderTopics } from '../database/order-topics.ts';

/** In the lists of clients of database and broker. */
const CLIENT = 'caudal-orders-processor';

/** Connections that announcing leaves to everything else. */
const RESERVED_CONNECTIONS = 2;
/** Most orders that one statement takes in. */
const BATCH_MAX_ORDERS = 500;
/** Most loops that announce at a time. */
const MAX_RELAYS = 4;

const shape = {
  ...operationsShape,
  /** Shortest time in each state. */
  STEP_MS: milliseconds(8_000),
  /** Most orders that one statement moves into their next state. */
  TICK_MAX_ORDERS: count(500, 1, 10_000),
  /** Days for which orders are kept after their last state. */
  RETENTION_DAYS: count(30, 1, 3_650),
};

/**
 * Reads the configuration of the processor.
 * @throws ConfigError that lists every problem
 */
export function loadConfig(environment: Environment) {
  const { values, topics, database } = readAll({
    values: () => parseConfig(shape, environment),
    topics: () => readOrderTopics(environment, CLIENT),
    database: () => readProcessorDatabase(environment),
  });
  const { confirmed } = topics;
  // A connection is in a transaction while the log is written, and must not be dropped by the server for that.
  const requestTimeoutMs = Math.min(confirmed.settings.requestTimeoutMs, database.commandTimeoutMs);
  return {
    orders: topics.orders,
    confirmed: { ...confirmed, settings: { ...confirmed.settings, requestTimeoutMs } },
    database,
    relays: Math.min(MAX_RELAYS, database.poolSize - RESERVED_CONNECTIONS),
    batchMaxOrders: BATCH_MAX_ORDERS,
    stepMs: values.STEP_MS,
    tickMaxOrders: values.TICK_MAX_ORDERS,
    retentionDays: values.RETENTION_DAYS,
    operations: { host: values.OPERATIONS_HOST, port: values.OPERATIONS_PORT },
    logLevel: values.LOG_LEVEL,
    drainTimeoutMs: values.DRAIN_TIMEOUT_MS,
  };
}

/** The configuration of the processor. */
export type ProcessorConfig = ReturnType<typeof loadConfig>;

function readProcessorDatabase(environment: Environment) {
  const settings = readDatabaseSettings(environment, CLIENT);
  const { poolSize } = settings;
  if (poolSize <= RESERVED_CONNECTIONS)
    throw new ConfigError([
      `POSTGRESQL_POOL_SIZE: must be above ${RESERVED_CONNECTIONS}: while the log is written, a connection waits for that`,
    ]);
  return settings;
}
