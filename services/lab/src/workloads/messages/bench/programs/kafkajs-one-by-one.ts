import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import { createMeter, required } from '../../../../bench/programs/meter.ts';

/** One message at a time: `eachMessage` with two awaited commands per message. */
const kafka = new Kafka({ brokers: [required('KAFKA_BROKERS')], logLevel: logLevel.ERROR });
const consumer = kafka.consumer({ groupId: required('KAFKA_GROUP'), maxWaitTimeInMs: 100 });
const store = new Redis(required('STORE_URL'));
const prefix = required('STORE_KEY_PREFIX');
const meter = createMeter(Number(required('BENCH_MESSAGES')), async () => {
  await consumer.disconnect();
  store.disconnect();
});

await consumer.connect();
await consumer.subscribe({ topics: [required('KAFKA_TOPIC')], fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    meter.began();
    const { country } = JSON.parse(String(message.value)) as { country: string };
    await store.hincrby(`${prefix}country_counts`, country, 1);
    await store.incr(`${prefix}total_messages`);
    meter.done(1);
  },
});
