import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createLogger } from '@caudal/common/logging';
import { countryCodes, encodeEnvelope } from '@caudal/common/message';
import { type BrokerChoice, createPublisher } from '@caudal/common/messaging';
import type { Measurement } from './programs/meter.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');
const PROGRAM_TIMEOUT_MS = 180_000;

/** Environment of a program. */
export type Variables = Readonly<Record<string, string>>;

/** Starts a TypeScript program of the repository with a readable standard output; `options` are those of Node.js. */
export function startProgram(
  path: string,
  variables: Variables,
  options: readonly string[] = [],
): ChildProcess {
  return spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', ...options, join(root, path)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { KAFKAJS_NO_PARTITIONER_WARNING: '1', ...variables },
  });
}

/** Reads a program's first JSON line that satisfies `wanted`. Rejects when the program ends before. */
export async function readLine<T>(child: ChildProcess, wanted: (line: T) => boolean): Promise<T> {
  if (child.stdout === null) throw new Error('the program has no standard output to read');
  for await (const text of createInterface({ input: child.stdout })) {
    if (!text.startsWith('{')) continue;
    const line = JSON.parse(text) as T;
    if (wanted(line)) return line;
  }
  throw new Error(`the program exited (status ${child.exitCode}) before the expected line`);
}

/** Runs a bench program, with options of Node.js, and returns its measurement. */
export async function measure(
  program: string,
  variables: Variables,
  options: readonly string[] = [],
): Promise<Measurement> {
  const child = startProgram(`services/lab/src/bench/programs/${program}.ts`, variables, options);
  const timeout = setTimeout(() => child.kill('SIGKILL'), PROGRAM_TIMEOUT_MS);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    return await readLine<Measurement>(child, (line) => 'milliseconds' in line);
  } finally {
    await ended;
    clearTimeout(timeout);
  }
}

/** Messages per second of a measurement. */
export function rate({ messages, milliseconds }: Measurement): number {
  return (messages / milliseconds) * 1_000;
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

/** Creates a short unique name. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`;
}
