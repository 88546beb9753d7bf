import {
  count,
  type Environment,
  kafkaSettings,
  kafkaShape,
  operationsShape,
  parseConfig,
  rabbitmqSettings,
  rabbitmqShape,
  storeSettings,
  storeShape,
} from '@caudal/common/config';
import { DEFAULT_KEY_RETENTION_HOURS } from '@caudal/common/stores';
import { z } from 'zod';

const laneShape = {
  ...operationsShape,
  ...storeShape,
  LANE: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens'),
  LANE_BROKER: z.enum(['rabbitmq', 'kafka']),
  LANE_STORE: z.enum(['valkey', 'redis']),
  /** Hours: a day for the client, plus the time that a copy of its message may wait in a broker or for the store. */
  IDENTITY_KEY_RETENTION_HOURS: count(DEFAULT_KEY_RETENTION_HOURS, 24, 8_760),
  /** 0 selects the default of the broker. */
  BATCH_MAX_MESSAGES: count(0, 0, 10_000),
};

/** A Kafka fetch returns thousands of messages; for RabbitMQ, half of the prefetch is handled while the other half arrives. */
const DEFAULT_BATCH_MESSAGES = { rabbitmq: 1_000, kafka: 4_000 };

/** Reads the configuration of a consumer; only the variables of its lane's broker are required. */
export function loadConfig(environment: Environment) {
  const isKafka = environment.LANE_BROKER === 'kafka';
  const lane = isKafka
    ? readLane(environment, { ...laneShape, ...kafkaShape }, (values, clientId) => ({
        name: 'kafka' as const,
        settings: kafkaSettings(values, clientId),
      }))
    : readLane(environment, { ...laneShape, ...rabbitmqShape }, (values, clientId) => ({
        name: 'rabbitmq' as const,
        settings: rabbitmqSettings(values, clientId),
      }));
  return lane;
}

/** A consumer's configuration. */
export type ConsumerConfig = ReturnType<typeof loadConfig>;

function readLane<Shape extends typeof laneShape, Broker>(
  environment: Environment,
  shape: Shape,
  brokerOf: (values: ReturnType<typeof parseConfig<Shape>>, clientId: string) => Broker,
) {
  const values = parseConfig(shape, environment);
  const lane = values as ReturnType<typeof parseConfig<typeof laneShape>>;
  const clientId = `caudal-${lane.LANE}-consumer`;
  return {
    lane: lane.LANE,
    broker: brokerOf(values, clientId),
    store: {
      name: lane.LANE_STORE,
      settings: {
        ...storeSettings(lane, clientId),
        keyRetentionHours: lane.IDENTITY_KEY_RETENTION_HOURS,
      },
    },
    batchMaxMessages: lane.BATCH_MAX_MESSAGES || DEFAULT_BATCH_MESSAGES[lane.LANE_BROKER],
    operations: { host: lane.OPERATIONS_HOST, port: lane.OPERATIONS_PORT },
    logLevel: lane.LOG_LEVEL,
    drainTimeoutMs: lane.DRAIN_TIMEOUT_MS,
  };
}
