import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { KafkaSettings } from '../messaging/settings.ts';
import { count, flag, list, milliseconds } from './fields.ts';
import type { parseConfig } from './parse-config.ts';

/** Environment variables of the Kafka connection. */
export const kafkaShape = {
  KAFKA_BROKERS: list().refine((brokers) => brokers.length > 0, 'must list at least one host:port'),
  KAFKA_CLIENT: z.enum(['kafkajs', 'platformatic']).default('kafkajs'),
  KAFKA_TOPIC: z.string().default('message'),
  KAFKA_DEAD_LETTER_TOPIC: z.string().default('message.dead'),
  KAFKA_GROUP: z.string().default('caudal'),
  KAFKA_TOPOLOGY: z.enum(['create', 'check']).default('create'),
  KAFKA_PARTITIONS: count(12, 1, 1_000),
  KAFKA_REPLICATION_FACTOR: count(1, 1, 9),
  KAFKA_MIN_INSYNC_REPLICAS: count(1, 1, 9),
  /** The topic's `max.message.bytes`; required if it is below Kafka's default and DescribeConfigs is not granted. */
  KAFKA_MAX_MESSAGE_BYTES: count(1_048_588, 1_024, 104_857_600),
  KAFKA_MAX_BYTES_PER_PARTITION: count(524_288, 1_024, 104_857_600),
  KAFKA_REQUEST_TIMEOUT_MS: milliseconds(10_000),
  /** The shortest that every broker accepts; with a lower `group.min.session.timeout.ms` a dead consumer is noticed sooner. */
  KAFKA_SESSION_TIMEOUT_MS: milliseconds(6_000),
  KAFKA_TLS: flag(false),
  KAFKA_CA_FILE: z.string().optional(),
  KAFKA_SASL_MECHANISM: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
  KAFKA_USERNAME: z.string().optional(),
  KAFKA_PASSWORD: z.string().optional(),
};

type KafkaEnvironment = ReturnType<typeof parseConfig<typeof kafkaShape>>;

/** Converts the parsed variables to adapter settings. */
export function kafkaSettings(environment: KafkaEnvironment, clientId: string): KafkaSettings {
  return {
    client: environment.KAFKA_CLIENT,
    clientId,
    brokers: environment.KAFKA_BROKERS,
    topic: environment.KAFKA_TOPIC,
    deadLetterTopic: environment.KAFKA_DEAD_LETTER_TOPIC,
    group: environment.KAFKA_GROUP,
    topology: environment.KAFKA_TOPOLOGY,
    partitions: environment.KAFKA_PARTITIONS,
    replicationFactor: environment.KAFKA_REPLICATION_FACTOR,
    minInsyncReplicas: environment.KAFKA_MIN_INSYNC_REPLICAS,
    maxMessageBytes: environment.KAFKA_MAX_MESSAGE_BYTES,
    maxBytesPerPartition: environment.KAFKA_MAX_BYTES_PER_PARTITION,
    requestTimeoutMs: environment.KAFKA_REQUEST_TIMEOUT_MS,
    sessionTimeoutMs: environment.KAFKA_SESSION_TIMEOUT_MS,
    tls: environment.KAFKA_TLS
      ? { ca: environment.KAFKA_CA_FILE ? readFileSync(environment.KAFKA_CA_FILE, 'utf8') : undefined }
      : undefined,
    sasl: environment.KAFKA_SASL_MECHANISM
      ? {
          mechanism: environment.KAFKA_SASL_MECHANISM,
          username: environment.KAFKA_USERNAME ?? '',
          password: environment.KAFKA_PASSWORD ?? '',
        }
      : undefined,
  };
}
