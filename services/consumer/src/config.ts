import { count, type Environment, operationsShape, parseConfig, readAll } from '@caudal/common/config';
import { laneCountryList, laneName } from '@caudal/common/lanes';
import { BROKER_NAMES, BROKERS, readBroker } from '@caudal/common/messaging';
import { DEFAULT_KEY_RETENTION_HOURS, STORE_NAMES, storeSettings, storeShape } from '@caudal/common/stores';
import { z } from 'zod';

const laneShape = {
  ...operationsShape,
  LANE: laneName(),
  LANE_BROKER: z.enum(BROKER_NAMES),
  LANE_STORE: z.enum(STORE_NAMES),
  /** Countries whose messages the lane stores; default: all. */
  LANE_COUNTRIES: laneCountryList().optional(),
  /** Hours: a day for the client, plus the time that a copy of its message may wait in a broker or for the store. */
  IDENTITY_KEY_RETENTION_HOURS: count(DEFAULT_KEY_RETENTION_HOURS, 24, 8_760),
  /** 0 selects the default of the broker. */
  BATCH_MAX_MESSAGES: count(0, 0, 10_000),
};

/**
 * Reads the configuration of a consumer; only the variables of its lane's broker are required.
 * @throws ConfigError that lists every problem.
 */
export function loadConfig(environment: Environment) {
  const clientId = `caudal-${environment.LANE}-consumer`;
  const { values, broker } = readAll({
    values: () => parseConfig({ ...laneShape, ...storeShape(environment.LANE_STORE) }, environment),
    broker: () => {
      const { LANE_BROKER } = parseConfig({ LANE_BROKER: laneShape.LANE_BROKER }, environment);
      return readBroker(LANE_BROKER, environment, clientId);
    },
  });
  return {
    lane: values.LANE,
    countries: values.LANE_COUNTRIES,
    broker,
    store: {
      name: values.LANE_STORE,
      settings: {
        ...storeSettings(values, clientId),
        keyRetentionHours: values.IDENTITY_KEY_RETENTION_HOURS,
      },
    },
    batchMaxMessages: values.BATCH_MAX_MESSAGES || BROKERS[values.LANE_BROKER].defaultBatchMessages,
    operations: { host: values.OPERATIONS_HOST, port: values.OPERATIONS_PORT },
    logLevel: values.LOG_LEVEL,
    drainTimeoutMs: values.DRAIN_TIMEOUT_MS,
  };
}

/** A consumer's configuration. */
export type ConsumerConfig = ReturnType<typeof loadConfig>;
