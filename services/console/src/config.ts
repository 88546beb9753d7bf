import {
  count,
  type Environment,
  kafkaSettings,
  kafkaShape,
  milliseconds,
  operationsShape,
  parseConfig,
  port,
  rabbitmqSettings,
  rabbitmqShape,
  storeSettings,
  url,
} from '@caudal/common/config';
import type { BrokerChoice } from '@caudal/common/messaging';
import type { StoreSettings } from '@caudal/common/stores';
import { z } from 'zod';

const SERVICE = 'caudal-console';

const laneSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens'),
  broker: z.enum(['rabbitmq', 'kafka']),
  store: z.enum(['valkey', 'redis']),
  storeUrl: url('redis', 'rediss'),
  storeUsername: z.string().optional(),
  storePassword: z.string().optional(),
  /** Variable with the password, or with `_FILE` appended, its file: in JSON it would have to be escaped. */
  storePasswordEnv: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/, 'must be the name of an environment variable')
    .optional(),
  storeCaFile: z.string().min(1, 'must be the path of a CA file').optional(),
  storeKeyPrefix: z.string().max(64).default(''),
});

const lanes = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({
        code: 'custom',
        message: 'must be JSON: [{"name","broker","store","storeUrl"}, …]',
      });
      return z.NEVER;
    }
  })
  .pipe(z.array(laneSchema).min(1, 'must list at least one lane'))
  .superRefine((value, context) => {
    if (new Set(value.map((lane) => lane.name)).size < value.length) {
      context.addIssue({ code: 'custom', message: 'must have unique lane names' });
    }
    if (value.some((lane) => lane.storePassword !== undefined && lane.storePasswordEnv !== undefined)) {
      context.addIssue({ code: 'custom', message: 'set either storePassword or storePasswordEnv, not both' });
    }
  });

const consoleShape = {
  ...operationsShape,
  HTTP_HOST: z.string().default('0.0.0.0'),
  HTTP_PORT: port(8081),
  /** Lanes: broker, store and the store's address. */
  LANES: lanes,
  /** RabbitMQ's management API, for unacknowledged messages; credentials default to those of RabbitMQ. */
  RABBITMQ_MANAGEMENT_URL: url('http', 'https').optional(),
  /** Prometheus with the counts of accepted messages; optional. */
  PROMETHEUS_URL: url('http', 'https').optional(),
  /** Interval for updating the gauges. */
  POLL_INTERVAL_MS: milliseconds(2_000),
  /** Timeout for a broker, store or Prometheus; a slower one counts as down for that reading. */
  READ_TIMEOUT_MS: milliseconds(5_000),
  /** Timeout for counting identities, which reads every identity record of a store. */
  AUDIT_TIMEOUT_MS: milliseconds(120_000),
  /** CA file for stores of lanes without `storeCaFile`. */
  STORE_CA_FILE: z.string().optional(),
  MAX_BODY_BYTES: count(262_144, 1_024, 16_777_216),
};

/** A lane and its connection settings. */
export interface LaneSettings {
  readonly lane: string;
  readonly broker: BrokerChoice;
  readonly store: { readonly name: 'valkey' | 'redis'; readonly settings: StoreSettings };
}

/**
 * Reads the console's configuration. Only brokers used by a lane need an address.
 * @throws ConfigError that lists every problem.
 */
export function parseConsoleConfig(environment: Environment) {
  // All variables of both brokers; those of an unused broker get placeholders, as they are not required.
  const used = brokersIn(environment);
  const values = parseConfig(
    { ...consoleShape, ...rabbitmqShape, ...kafkaShape },
    {
      ...environment,
      ...(used.has('rabbitmq') ? {} : { RABBITMQ_URL: 'amqp://unused', RABBITMQ_URL_FILE: undefined }),
      ...(used.has('kafka') ? {} : { KAFKA_BROKERS: 'unused:1', KAFKA_BROKERS_FILE: undefined }),
    },
  );
  const brokers: Record<'rabbitmq' | 'kafka', () => BrokerChoice> = {
    rabbitmq: () => ({
      name: 'rabbitmq',
      settings: { ...rabbitmqSettings(values, SERVICE), managementUrl: values.RABBITMQ_MANAGEMENT_URL },
    }),
    kafka: () => ({ name: 'kafka', settings: kafkaSettings(values, SERVICE) }),
  };
  return {
    lanes: values.LANES.map(
      (lane): LaneSettings => ({
        lane: lane.name,
        broker: brokers[lane.broker](),
        store: {
          name: lane.store,
          settings: storeSettings(
            {
              STORE_URL: lane.storeUrl,
              STORE_USERNAME: lane.storeUsername,
              STORE_PASSWORD:
                lane.storePasswordEnv === undefined
                  ? lane.storePassword
                  : requiredVariable(lane.storePasswordEnv, environment),
              STORE_CA_FILE: lane.storeCaFile ?? values.STORE_CA_FILE,
              STORE_KEY_PREFIX: lane.storeKeyPrefix,
              STORE_COMMAND_TIMEOUT_MS: values.READ_TIMEOUT_MS,
            },
            SERVICE,
          ),
        },
      }),
    ),
    http: { host: values.HTTP_HOST, port: values.HTTP_PORT, maxBodyBytes: values.MAX_BODY_BYTES },
    operations: { host: values.OPERATIONS_HOST, port: values.OPERATIONS_PORT },
    prometheusUrl: values.PROMETHEUS_URL,
    pollIntervalMs: values.POLL_INTERVAL_MS,
    readTimeoutMs: values.READ_TIMEOUT_MS,
    auditTimeoutMs: values.AUDIT_TIMEOUT_MS,
    logLevel: values.LOG_LEVEL,
    drainTimeoutMs: values.DRAIN_TIMEOUT_MS,
  };
}

/** @throws ConfigError if neither the variable nor its `_FILE` is set. */
function requiredVariable(name: string, environment: Environment): string | undefined {
  return parseConfig({ [name]: z.string() }, environment)[name];
}

/** Brokers used by the lanes; both if the lanes are invalid, so that all problems are listed at once. */
function brokersIn(environment: Environment): ReadonlySet<string> {
  try {
    const values = parseConfig({ LANES: lanes }, environment);
    return new Set(values.LANES.map((lane) => lane.broker));
  } catch {
    return new Set(['rabbitmq', 'kafka']);
  }
}
