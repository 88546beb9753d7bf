import { Kafka, logLevel } from 'kafkajs';

/** Makes a topic with a configuration of its own, before whoever uses it makes it; resolves when it has leaders. */
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
    await admin.createTopics({ topics: [wanted], waitForLeaders: true });
    // Brokers hear of a topic a moment after its controller.
    const isHosted = () =>
      admin.fetchTopicOffsets(topic).then(
        () => true,
        () => false,
      );
    while (!(await isHosted())) await new Promise((resolve) => setTimeout(resolve, 25));
  } finally {
    await admin.disconnect();
  }
}
