import type { ServerAddresses } from '../../../../tools/servers/servers.ts';

/** Environment variables of a process. */
export type Variables = Readonly<Record<string, string>>;

/** Names on brokers and in stores; they separate runs on shared servers. */
export interface Names {
  readonly queue: string;
  readonly topic: string;
  readonly group: string;
  readonly storeKeyPrefix: string;
}

/** Names used by `npm start`. */
export const DEFAULT_NAMES: Names = {
  queue: 'message',
  topic: 'message',
  group: 'caudal',
  storeKeyPrefix: '',
};

/** Local setup of a lane. */
export interface Lane {
  readonly name: string;
  readonly broker: 'rabbitmq' | 'kafka';
  readonly store: 'valkey' | 'redis';
  /** Name of its consumers for `scale`. */
  readonly consumer: 'rabbitmq-consumer' | 'kafka-consumer';
}

/** The default lanes. */
export const LANES: readonly Lane[] = [
  { name: 'rabbitmq-valkey', broker: 'rabbitmq', store: 'valkey', consumer: 'rabbitmq-consumer' },
  { name: 'kafka-redis', broker: 'kafka', store: 'redis', consumer: 'kafka-consumer' },
];

/** Input for the environments. */
export interface EnvironmentSource {
  readonly addresses: ServerAddresses;
  readonly names: Names;
  readonly logLevel: string;
  /** Store URLs for consumers that reach them through a proxy. */
  readonly consumerStoreUrls?: Partial<Record<Lane['store'], string>> | undefined;
}

/** Environment of an ingest-api on these ports. */
export function ingestEnvironment(
  source: EnvironmentSource,
  port: number,
  operationsPort: number,
): Variables {
  return {
    ...common(source, operationsPort),
    ...rabbitmq(source),
    ...kafka(source),
    HTTP_HOST: HOST,
    HTTP_PORT: String(port),
  };
}

/** Environment of a consumer. */
export function consumerEnvironment(
  source: EnvironmentSource,
  lane: Lane,
  operationsPort: number,
): Variables {
  return {
    ...common(source, operationsPort),
    ...(lane.broker === 'rabbitmq' ? rabbitmq(source) : kafka(source)),
    LANE: lane.name,
    LANE_BROKER: lane.broker,
    LANE_STORE: lane.store,
    STORE_URL: source.consumerStoreUrls?.[lane.store] ?? storeUrl(source.addresses, lane.store),
    STORE_KEY_PREFIX: source.names.storeKeyPrefix,
  };
}

/** Environment of the console. */
export function consoleEnvironment(
  source: EnvironmentSource,
  port: number,
  operationsPort: number,
): Variables {
  return {
    ...common(source, operationsPort),
    ...rabbitmq(source),
    ...kafka(source),
    HTTP_HOST: HOST,
    HTTP_PORT: String(port),
    RABBITMQ_MANAGEMENT_URL: source.addresses.rabbitmq.managementUrl,
    PROMETHEUS_URL: source.addresses.prometheus.url,
    LANES: JSON.stringify(
      LANES.map(({ name, broker, store }) => ({
        name,
        broker,
        store,
        storeUrl: storeUrl(source.addresses, store),
        storeKeyPrefix: source.names.storeKeyPrefix,
      })),
    ),
  };
}

/** The address of a store. */
export function storeUrl(addresses: ServerAddresses, store: Lane['store']): string {
  return store === 'valkey' ? addresses.valkey.url : addresses.redis.url;
}

const HOST = '127.0.0.1';

function common({ logLevel }: EnvironmentSource, operationsPort: number): Variables {
  return { OPERATIONS_HOST: HOST, OPERATIONS_PORT: String(operationsPort), LOG_LEVEL: logLevel };
}

function rabbitmq({ addresses, names }: EnvironmentSource): Variables {
  return {
    RABBITMQ_URL: addresses.rabbitmq.url,
    RABBITMQ_QUEUE: names.queue,
    RABBITMQ_DEAD_LETTER_QUEUE: `${names.queue}.dead`,
  };
}

function kafka({ addresses, names }: EnvironmentSource): Variables {
  return {
    KAFKA_BROKERS: addresses.kafka.brokers,
    KAFKA_TOPIC: names.topic,
    KAFKA_DEAD_LETTER_TOPIC: `${names.topic}.dead`,
    KAFKA_GROUP: names.group,
    // Shorter than the default, as the local broker allows: a dead consumer is noticed within seconds.
    KAFKA_SESSION_TIMEOUT_MS: '3000',
    KAFKAJS_NO_PARTITIONER_WARNING: '1',
  };
}
