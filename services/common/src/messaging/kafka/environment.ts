import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { count, flag, list, milliseconds } from '../../config/fields.ts';
import { type Environment, parseConfig } from '../../config/parse-config.ts';
import type { KafkaSettings } from './settings.ts';

const shape = {
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

/**
 * Reads the environment variables of the Kafka connection.
 * @throws ConfigError that lists every problem.
 */
export function readKafkaSettings(environment: Environment, clientId: string): KafkaSettings {
  const values = parseConfig(shape, environment);
  return {
    client: values.KAFKA_CLIENT,
    clientId,
    brokers: values.KAFKA_BROKERS,
    topic: values.KAFKA_TOPIC,
    deadLetterTopic: values.KAFKA_DEAD_LETTER_TOPIC,
    group: values.KAFKA_GROUP,
    topology: values.KAFKA_TOPOLOGY,
    partitions: values.KAFKA_PARTITIONS,
    replicationFactor: values.KAFKA_REPLICATION_FACTOR,
    minInsyncReplicas: values.KAFKA_MIN_INSYNC_REPLICAS,
    maxMessageBytes: values.KAFKA_MAX_MESSAGE_BYTES,
    maxBytesPerPartition: values.KAFKA_MAX_BYTES_PER_PARTITION,
    requestTimeoutMs: values.KAFKA_REQUEST_TIMEOUT_MS,
    sessionTimeoutMs: values.KAFKA_SESSION_TIMEOUT_MS,
    tls: values.KAFKA_TLS
      ? { ca: values.KAFKA_CA_FILE ? readFileSync(values.KAFKA_CA_FILE, 'utf8') : undefined }
      : undefined,
    sasl: values.KAFKA_SASL_MECHANISM
      ? {
          mechanism: values.KAFKA_SASL_MECHANISM,
          username: values.KAFKA_USERNAME ?? '',
          password: values.KAFKA_PASSWORD ?? '',
        }
      : undefined,
  };
}
