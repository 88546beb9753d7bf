import { type ConsumeMessage, connect } from 'amqplib';
import { Redis as Valkey } from 'iovalkey';
import { createMeter, required } from '../../../../bench/programs/meter.ts';

/** One message at a time: prefetch 1, two awaited commands and one acknowledgement per message. */
const connection = await connect(required('RABBITMQ_URL'));
const channel = await connection.createChannel();
const store = new Valkey(required('STORE_URL'));
const prefix = required('STORE_KEY_PREFIX');
const meter = createMeter(Number(required('BENCH_MESSAGES')), async () => {
  await connection.close();
  store.disconnect();
});

await channel.prefetch(1);
await channel.consume(required('RABBITMQ_QUEUE'), (message) => {
  handle(message).catch((error: unknown) => {
    throw error;
  });
});

async function handle(message: ConsumeMessage | null): Promise<void> {
  if (message === null) throw new Error('the queue was deleted');
  meter.began();
  const { country } = JSON.parse(String(message.content)) as { country: string };
  await store.hincrby(`${prefix}country_counts`, country, 1);
  await store.incr(`${prefix}total_messages`);
  channel.ack(message);
  meter.done(1);
}
