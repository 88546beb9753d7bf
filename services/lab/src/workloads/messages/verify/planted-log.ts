import { Kafka, logLevel } from 'kafkajs';
import type { LaneLog } from './rows/read-log.ts';

/** A message of a log that is made for a self-test. */
export interface PlantedRecord {
  readonly partition: number;
  readonly value: string | Buffer;
}

/** Creates a log of Kafka with these messages, calls `work`, and removes it with its dead letters. */
export async function withPlantedLog<T>(
  { brokers, topic }: LaneLog,
  partitions: number,
  records: readonly PlantedRecord[],
  work: () => Promise<T>,
): Promise<T> {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const [admin, producer] = [kafka.admin(), kafka.producer({ allowAutoTopicCreation: false })];
  await admin.connect();
  await producer.connect();
  try {
    await admin.createTopics({
      topics: [{ topic, numPartitions: partitions, replicationFactor: 1 }],
      waitForLeaders: true,
    });
    await producer.send({ topic, acks: -1, messages: [...records] });
    return await work();
  } finally {
    await producer.disconnect();
    // Not every self-test has a consumer that makes the topic of dead letters: it may be missing.
    await admin.deleteTopics({ topics: [topic, `${topic}.dead`] }).catch(() => undefined);
    await admin.disconnect();
  }
}
