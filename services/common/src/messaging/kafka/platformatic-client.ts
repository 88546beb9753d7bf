import {
  Admin,
  type BaseOptions,
  ConfigResourceTypes,
  type Consumer,
  ListOffsetTimestamps,
  type SASLMechanismValue,
} from '@platformatic/kafka';
import { AppError, errorMessage } from '../../errors.ts';
import type { Partition } from './assignment.ts';
import { kafkaError, kafkaTimeout } from './errors.ts';
import type { LogBounds } from './log-position.ts';
import type { OffsetHint } from './offset-hints.ts';
import { amendPlatformatic } from './platformatic-amendments.ts';
import type { KafkaSettings } from './settings.ts';
import { topicConfig } from './topic-config.ts';

const CONNECT_TIMEOUT_MS = 3_000;
const METADATA_MAX_AGE_MS = 60_000;
const MECHANISMS: Readonly<Record<string, SASLMechanismValue>> = {
  plain: 'PLAIN',
  'scram-sha-256': 'SCRAM-SHA-256',
  'scram-sha-512': 'SCRAM-SHA-512',
};

/** Maximum age of a client's metadata on partitions and leaders, ms. */
export function metadataMaxAge(settings: KafkaSettings): number {
  return settings.metadataMaxAgeMs ?? METADATA_MAX_AGE_MS;
}

/** Options every client of @platformatic/kafka shares. */
export function clientOptions(settings: KafkaSettings): BaseOptions {
  amendPlatformatic();
  const { tls, sasl } = settings;
  const mechanism = sasl && MECHANISMS[sasl.mechanism];
  return {
    clientId: settings.clientId,
    bootstrapBrokers: [...settings.brokers],
    connectTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: settings.requestTimeoutMs,
    timeout: settings.requestTimeoutMs,
    // Short and few: whoever calls retries with a back-off of its own and knows its deadline.
    retries: 5,
    retryDelay: 50,
    metadataMaxAge: metadataMaxAge(settings),
    autocreateTopics: false,
    ...(tls ? { tls: tls.ca === undefined ? {} : { ca: [tls.ca] }, tlsServerName: true } : {}),
    ...(sasl && mechanism ? { sasl: { mechanism, username: sasl.username, password: sasl.password } } : {}),
  };
}

/**
 * Makes the missing ones of the two topics (`create`), or verifies that they are there (`check`). Existing topics
 * are never changed.
 *
 * @returns the number of partitions of the topic of messages.
 * @throws AppError `BROKER_TOPOLOGY` that names the topic and the fix (retriable under `check`: another process may be
 * about to make it), `BROKER_UNAVAILABLE` (retriable).
 */
export async function ensureTopics(settings: KafkaSettings): Promise<number> {
  const admin = new Admin(clientOptions(settings));
  try {
    const topics = [settings.topic, settings.deadLetterTopic];
    const existing = await admin.listTopics();
    const missing = topics.filter((topic) => !existing.includes(topic));
    const [first] = missing;
    if (first !== undefined && settings.topology === 'check') {
      throw new AppError(
        'BROKER_TOPOLOGY',
        `Kafka topic "${first}" does not exist or may not be described; create it, grant Describe, or use KAFKA_TOPOLOGY=create`,
        { retriable: true },
      );
    }
    for (const topic of missing) await createTopic(admin, topic, settings);
    return await untilLed(admin, topics, settings);
  } catch (error) {
    throw kafkaError(error, settings);
  } finally {
    await admin.close().catch(() => undefined);
  }
}

async function createTopic(admin: Admin, topic: string, settings: KafkaSettings): Promise<void> {
  const partitions = topic === settings.topic ? settings.partitions : 1;
  try {
    await admin.createTopics({
      topics: [topic],
      partitions,
      replicas: settings.replicationFactor,
      configs: topicConfig(settings),
    });
  } catch (error) {
    if (hasCode(error, 'TOPIC_ALREADY_EXISTS')) return;
    if (
      !hasCode(
        error,
        'INVALID_REPLICATION_FACTOR',
        'INVALID_PARTITIONS',
        'INVALID_CONFIG',
        'POLICY_VIOLATION',
      )
    ) {
      throw error;
    }
    throw new AppError(
      'BROKER_TOPOLOGY',
      `Kafka did not create topic "${topic}" with ${partitions} partitions and replication factor ` +
        `${settings.replicationFactor} (KAFKA_PARTITIONS, KAFKA_REPLICATION_FACTOR): ${errorMessage(error)}`,
      { cause: error },
    );
  }
}

/** A broker hears of a topic a moment after the controller has made it. Resolves with the first one's partitions. */
async function untilLed(admin: Admin, topics: string[], settings: KafkaSettings): Promise<number> {
  const deadline = performance.now() + settings.requestTimeoutMs;
  for (;;) {
    try {
      const metadata = await admin.metadata({ topics, forceUpdate: true });
      const led = topics.every((topic) => {
        const partitions = metadata.topics.get(topic)?.partitions ?? [];
        return partitions.length > 0 && partitions.every(({ leader }) => leader >= 0);
      });
      if (led) return metadata.topics.get(settings.topic)?.partitions.length ?? 0;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    if (performance.now() > deadline) throw kafkaTimeout('name leaders of all partitions', settings);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The topic's `max.message.bytes`; undefined where the broker does not say, for want of a right to DescribeConfigs. */
export async function maxMessageBytes(settings: KafkaSettings): Promise<number | undefined> {
  const admin = new Admin(clientOptions(settings));
  const configurationKeys = ['max.message.bytes'];
  const resource = {
    resourceType: ConfigResourceTypes.TOPIC,
    resourceName: settings.topic,
    configurationKeys,
  };
  try {
    const [described] = await admin.describeConfigs({ resources: [resource] });
    return Number(described?.configs[0]?.value) || undefined;
  } catch {
    return undefined;
  } finally {
    await admin.close().catch(() => undefined);
  }
}

/** First and next offset of these partitions of a topic, of all of them by default. */
export async function logBounds(
  admin: Admin,
  topic: string,
  ids?: readonly number[],
): Promise<Map<number, LogBounds>> {
  const metadata = await admin.metadata({ topics: [topic] });
  const wanted = ids ?? [...Array(metadata.topics.get(topic)?.partitionsCount ?? 0).keys()];
  const ask = async (timestamp: bigint) => {
    const partitions = wanted.map((partitionIndex) => ({ partitionIndex, timestamp }));
    const [answer] = await admin.listOffsets({ topics: [{ name: topic, partitions }] });
    return new Map(answer?.partitions.map(({ partitionIndex, offset }) => [partitionIndex, Number(offset)]));
  };
  const [low, high] = await Promise.all([
    ask(ListOffsetTimestamps.EARLIEST),
    ask(ListOffsetTimestamps.LATEST),
  ]);
  const bounds = Array.from(high, ([partition, end]): [number, LogBounds] => [
    partition,
    { low: low.get(partition) ?? 0, high: end },
  ]);
  return new Map(bounds);
}

/** Partitions by the broker that leads them; rejects while one has no leader. */
export async function leadersOf(
  consumer: Consumer,
  topic: string,
  partitions: readonly Partition[],
): Promise<Map<number, Partition[]>> {
  const metadata = await consumer.metadata({ topics: [topic] });
  const leaders = new Map<number, Partition[]>();
  for (const partition of partitions) {
    const node = metadata.topics.get(topic)?.partitions[partition.id]?.leader ?? -1;
    leaders.set(node, [...(leaders.get(node) ?? []), partition]);
  }
  if (!leaders.has(-1)) return leaders;
  consumer.clearMetadata();
  throw new Error('a partition has no leader');
}

/** Commits the next offsets to read to Kafka. */
export async function commitHints(
  consumer: Consumer,
  topic: string,
  hints: readonly OffsetHint[],
): Promise<void> {
  const offsets = hints.map(({ partition, offset }) => ({
    topic,
    partition,
    offset: BigInt(offset),
    leaderEpoch: -1,
  }));
  await consumer.commit({ offsets });
}

/** Whether an error or one of those in it is one of these answers of the protocol. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  if (!(error instanceof Error)) return false;
  if ('apiId' in error && typeof error.apiId === 'string' && codes.includes(error.apiId)) return true;
  const inner: unknown[] = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  return [...inner, error.cause].some((cause) => hasCode(cause, ...codes));
}
