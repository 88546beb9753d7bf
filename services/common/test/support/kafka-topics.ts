import { Kafka, logLevel } from 'kafkajs';
import { eventually } from '../../../../tools/lib/eventually.ts';

/** A record read from a topic. */
export interface TopicRecord {
  readonly partition: number;
  /** Undefined for a record without one. */
  readonly key: string | undefined;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads everything in a topic, each partition in order. Leaves no position behind. */
export async function readTopic(brokers: readonly string[], topic: string): Promise<readonly TopicRecord[]> {
  const kafka = client(brokers);
  const count = await countRecords(kafka, topic);
  const found: TopicRecord[] = [];
  if (count === 0) return found;
  const reader = kafka.consumer({ groupId: `${topic}-reader`, maxWaitTimeInMs: 100 });
  await reader.connect();
  await reader.subscribe({ topic, fromBeginning: true });
  const { promise: complete, resolve } = Promise.withResolvers<void>();
  await reader.run({
    autoCommit: false,
    eachMessage: ({ partition, message }) => {
      const headers = Object.entries(message.headers ?? {}).map(([key, value]) => [key, String(value)]);
      found.push({
        partition,
        key: message.key?.toString(),
        value: String(message.value),
        headers: Object.fromEntries(headers),
      });
      if (found.length === count) resolve();
      return Promise.resolve();
    },
  });
  await complete;
  await reader.disconnect();
  return found;
}

/** Also after a fault, when a broker that answers again does not lead its partitions yet. */
async function countRecords(kafka: Kafka, topic: string): Promise<number> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = await eventually(
      () => admin.fetchTopicOffsets(topic),
      () => true,
      { pastErrors: true },
    );
    return offsets.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
  } finally {
    await admin.disconnect();
  }
}

/** Deletes the topics that exist. */
export async function deleteTopics(brokers: readonly string[], topics: readonly string[]): Promise<void> {
  const admin = client(brokers).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [...topics] });
  await admin.disconnect();
}

function client(brokers: readonly string[]): Kafka {
  return new Kafka({ clientId: 'test-reader', brokers: [...brokers], logLevel: logLevel.NOTHING });
}
