import type { Admin, Kafka } from 'kafkajs';
import { AppError, errorMessage } from '../../errors.ts';
import type { KafkaSettings } from '../settings.ts';
import { kafkaError } from './errors.ts';

/** Runs `work` with a connected admin client. */
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
 * Makes the missing ones of the two topics (`create`), or verifies that they are there (`check`). Existing topics
 * are never changed.
 *
 * @returns the number of partitions of the `message` topic.
 * @throws AppError `BROKER_TOPOLOGY` that names the topic and the fix, `BROKER_UNAVAILABLE` (retriable).
 */
export async function ensureTopics(kafka: Kafka, settings: KafkaSettings): Promise<number> {
  try {
    return await withAdmin(kafka, async (admin) => {
      if (settings.topology === 'create') await createTopics(admin, settings);
      const existing = await admin.listTopics();
      for (const topic of [settings.topic, settings.deadLetterTopic]) {
        if (existing.includes(topic)) continue;
        throw new AppError(
          'BROKER_TOPOLOGY',
          `Kafka topic "${topic}" does not exist or may not be described; create it, grant Describe, or use KAFKA_TOPOLOGY=create`,
        );
      }
      const { topics } = await admin.fetchTopicMetadata({ topics: [settings.topic] });
      return topics[0]?.partitions.length ?? 0;
    });
  } catch (error) {
    throw kafkaError(error, settings);
  }
}

async function createTopics(admin: Admin, settings: KafkaSettings): Promise<void> {
  const existing = await admin.listTopics();
  const shared = {
    replicationFactor: settings.replicationFactor,
    configEntries: [{ name: 'min.insync.replicas', value: String(settings.minInsyncReplicas) }],
  };
  const wanted = [
    { topic: settings.topic, numPartitions: settings.partitions, ...shared },
    { topic: settings.deadLetterTopic, numPartitions: 1, ...shared },
  ].filter(({ topic }) => !existing.includes(topic));
  if (wanted.length === 0) return;
  try {
    // Resolves with false where another process was faster.
    await admin.createTopics({ topics: wanted, waitForLeaders: true });
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
