import type { Admin, Kafka } from 'kafkajs';
import { AppError, errorMessage } from '../../errors.ts';
import { kafkaError, kafkaTimeout } from './errors.ts';
import type { LogBounds } from './log-position.ts';
import type { KafkaSettings } from './settings.ts';
import { topicConfig } from './topic-config.ts';

/** The protocol's number for a topic; the enum in kafkajs's types cannot be imported from its CommonJS module. */
const TOPIC_RESOURCE = 2;

/** Calls `work` with a connected admin client. */
export async function withAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/**
 * Creates missing topics (`create`), or verifies that both exist (`check`). Existing topics are never changed.
 *
 * @returns the number of partitions of the `message` topic.
 * @throws AppError `BROKER_TOPOLOGY` that names the topic and the fix (retriable under `check`: another process may be
 * about to create it), `BROKER_UNAVAILABLE` (retriable).
 */
export async function ensureTopics(kafka: Kafka, settings: KafkaSettings): Promise<number> {
  try {
    return await withAdmin(kafka, async (admin) => {
      const topics = [settings.topic, settings.deadLetterTopic];
      const existing = await admin.listTopics();
      const missing = topics.filter((topic) => !existing.includes(topic));
      const [first] = missing;
      if (first !== undefined && settings.topology === 'check') throw absent(first);
      if (first !== undefined) await createTopics(admin, missing, settings);
      return await untilLed(admin, topics, settings);
    });
  } catch (error) {
    throw kafkaError(error, settings);
  }
}

/** Waits until the broker knows the new topics, which takes a moment; resolves with the first one's partitions. */
async function untilLed(admin: Admin, topics: string[], settings: KafkaSettings): Promise<number> {
  const deadline = performance.now() + settings.requestTimeoutMs;
  for (;;) {
    try {
      const metadata = await admin.fetchTopicMetadata({ topics });
      const led = metadata.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
      const message = metadata.topics.find(({ name }) => name === topics[0]);
      if (led && message) return message.partitions.length;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    if (performance.now() > deadline) throw kafkaTimeout('name leaders of all partitions', settings);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function absent(topic: string): AppError {
  return new AppError(
    'BROKER_TOPOLOGY',
    `Kafka topic "${topic}" does not exist or may not be described; create it, grant Describe, or use KAFKA_TOPOLOGY=create`,
    { retriable: true },
  );
}

async function createTopics(
  admin: Admin,
  missing: readonly string[],
  settings: KafkaSettings,
): Promise<void> {
  const shared = {
    replicationFactor: settings.replicationFactor,
    configEntries: topicConfig(settings),
  };
  const wanted = [
    { topic: settings.topic, numPartitions: settings.partitions, ...shared },
    { topic: settings.deadLetterTopic, numPartitions: 1, ...shared },
  ].filter(({ topic }) => missing.includes(topic));
  try {
    // Resolves with false if another process was faster.
    await admin.createTopics({ topics: wanted, waitForLeaders: false });
  } catch (error) {
    if (!isRefused(error)) throw error;
    const names = wanted.map(({ topic }) => `"${topic}"`).join(' and ');
    throw new AppError(
      'BROKER_TOPOLOGY',
      `Kafka did not create topic ${names} with ${settings.partitions} partitions and replication factor ` +
        `${settings.replicationFactor} (KAFKA_PARTITIONS, KAFKA_REPLICATION_FACTOR): ${refusals(error)}`,
      { cause: error },
    );
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && error.name === 'KafkaJSAggregateError';
}

function refusals(error: unknown): string {
  const errors =
    error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors : [error];
  return errors.map(errorMessage).join('; ');
}

/** Reads the topic's `max.message.bytes`; undefined without the right to DescribeConfigs. */
export async function maxMessageBytes(kafka: Kafka, topic: string): Promise<number | undefined> {
  const configNames = ['max.message.bytes'];
  const resources = [{ type: TOPIC_RESOURCE, name: topic, configNames }];
  try {
    const described = await withAdmin(kafka, (admin) =>
      admin.describeConfigs({ resources, includeSynonyms: false }),
    );
    return Number(described.resources[0]?.configEntries[0]?.configValue) || undefined;
  } catch {
    return undefined;
  }
}

/** Reads the first and the next offset of each partition of a topic. */
export async function logBounds(admin: Admin, topic: string): Promise<Map<number, LogBounds>> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return new Map(
    offsets.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]),
  );
}
