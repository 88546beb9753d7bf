import { randomBytes, randomUUID } from 'node:crypto';
import { createLogger } from '@caudal/common/logging';
import { countryCodes, encodeEnvelope } from '@caudal/common/message';
import { type BrokerChoice, createPublisher } from '@caudal/common/messaging';
import { measure, type Variables } from '../../../bench/program.ts';
import type { Measurement } from '../../../bench/programs/meter.ts';

/** Path of a program beside this file, in the repository. */
export function programPath(name: string): string {
  return `services/lab/src/workloads/messages/bench/programs/${name}.ts`;
}

/** Variables of every program: kafkajs would warn of its partitioner, which none of them uses. */
export const QUIET: Variables = { KAFKAJS_NO_PARTITIONER_WARNING: '1' };

/** Runs a program beside this file and returns its measurement; `options` are those of Node.js. */
export function measureProgram(
  name: string,
  variables: Variables,
  options: readonly string[] = [],
): Promise<Measurement> {
  return measure(programPath(name), { ...QUIET, ...variables }, options);
}

/** Whether messages have consecutive sequences of one producer, or an `Idempotency-Key` each. */
export type IdentityKind = 'producer' | 'key';

/** Creates bodies as ingest does, for 200 countries. */
export function makeBodies(count: number, identity: IdentityKind = 'producer'): Buffer[] {
  const countries = countryCodes().slice(0, 200);
  const producer = randomUUID();
  const weathers = ['rainy', 'sunny', 'cloudy', 'snowy'];
  return Array.from({ length: count }, (_, sequence) =>
    encodeEnvelope({
      description: 'light rain along the coast, 18 degrees',
      country: countries[(sequence * 7919) % countries.length] as string,
      weather: weathers[sequence % weathers.length] as string,
      ...(identity === 'producer' ? { producer, sequence } : { key: uniqueKey(), sequence: 0 }),
      acceptedAt: Date.now(),
    }),
  );
}

/** Same length as ingest's digest of a key. */
function uniqueKey(): string {
  return randomBytes(17).toString('base64url').slice(0, 22);
}

/** Publishes bodies in calls of `perCall` with several in flight; resolves when all are confirmed. */
export async function fill(broker: BrokerChoice, bodies: readonly Buffer[], perCall: number): Promise<void> {
  const publisher = await createPublisher(broker, { logger: createLogger('bench', 'error') });
  await publisher.connect();
  const IN_FLIGHT = 4;
  let next = 0;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (next < bodies.length) {
        const from = next;
        next += perCall;
        await publisher.publish(bodies.slice(from, from + perCall));
      }
    }),
  );
  await publisher.close();
}

/** RabbitMQ with a separate queue. */
export function rabbitmqBroker(
  addresses: { readonly rabbitmq: { readonly url: string } },
  queue: string,
): BrokerChoice & { name: 'rabbitmq' } {
  return {
    name: 'rabbitmq',
    settings: {
      clientId: 'bench',
      url: addresses.rabbitmq.url,
      ca: undefined,
      queue,
      deadLetterQueue: `${queue}.dead`,
      topology: 'create',
      deliveryLimit: 1_000,
      prefetch: PREFETCH,
      confirmWindow: 1_000,
      confirmTimeoutMs: 30_000,
    },
  };
}

/** RabbitMQ prefetch in every program. */
export const PREFETCH = 2_000;

/** Partitions of the bench's topics. */
export const PARTITIONS = 12;

/** Default of `KAFKA_MAX_BYTES_PER_PARTITION`. */
export const DEFAULT_FETCH_BYTES = 524_288;

/** Kafka with a separate topic and group. */
export function kafkaBroker(
  addresses: { readonly kafka: { readonly brokers: string } },
  topic: string,
): BrokerChoice & { name: 'kafka' } {
  return {
    name: 'kafka',
    settings: {
      client: 'kafkajs',
      clientId: 'bench',
      brokers: addresses.kafka.brokers.split(','),
      topic,
      deadLetterTopic: `${topic}.dead`,
      group: randomUUID(),
      topology: 'create',
      partitions: PARTITIONS,
      replicationFactor: 1,
      minInsyncReplicas: 1,
      maxBytesPerPartition: 1_048_576,
      requestTimeoutMs: 30_000,
      sessionTimeoutMs: 10_000,
    },
  };
}
