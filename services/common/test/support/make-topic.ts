import { Kafka, logLevel } from 'kafkajs';
import { eventually } from '../../../../tools/lib/eventually.ts';

/** Creates a topic with its own configuration before its user would create it; resolves when it has leaders. */
export async function makeTopic(
  brokers: readonly string[],
  topic: string,
  options: { readonly partitions: number; readonly config: Readonly<Record<string, string | number>> },
): Promise<void> {
  const admin = new Kafka({
    clientId: 'test-admin',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
  }).admin();
  await admin.connect();
  try {
    const configEntries = Object.entries(options.config).map(([name, value]) => ({
      name,
      value: String(value),
    }));
    const wanted = { topic, numPartitions: options.partitions, replicationFactor: 1, configEntries };
    // With `waitForLeaders`, kafkajs fails where the broker has not learnt of the topic yet.
    await admin.createTopics({ topics: [wanted], waitForLeaders: false });
    await eventually(
      () => admin.fetchTopicOffsets(topic),
      () => true,
      { what: `the leaders of ${topic}`, everyMs: 25, pastErrors: true },
    );
  } finally {
    await admin.disconnect();
  }
}
