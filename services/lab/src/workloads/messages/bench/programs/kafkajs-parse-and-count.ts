import { Kafka, logLevel } from 'kafkajs';
import { createMeter, required } from '../../../../bench/programs/meter.ts';

/** Upper bound of the Kafka lane: kafkajs `eachBatch` that parses every message and counts it in a Map, without a store. */
const kafka = new Kafka({ brokers: [required('KAFKA_BROKERS')], logLevel: logLevel.ERROR });
const consumer = kafka.consumer({
  groupId: required('KAFKA_GROUP'),
  maxWaitTimeInMs: 100,
  maxBytesPerPartition: Number(required('KAFKA_MAX_BYTES_PER_PARTITION')),
});
const counts = new Map<string, number>();
const meter = createMeter(Number(required('BENCH_MESSAGES')), () => consumer.disconnect());

await consumer.connect();
await consumer.subscribe({ topics: [required('KAFKA_TOPIC')], fromBeginning: true });
await consumer.run({
  partitionsConsumedConcurrently: Number(required('KAFKA_PARTITIONS')),
  eachBatch: async ({ batch }) => {
    meter.began();
    for (const { value } of batch.messages) {
      const { country } = JSON.parse(String(value)) as { country: string };
      counts.set(country, (counts.get(country) ?? 0) + 1);
    }
    meter.done(batch.messages.length);
  },
});
