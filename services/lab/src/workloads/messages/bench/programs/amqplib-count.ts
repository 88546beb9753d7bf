import { connect } from 'amqplib';
import { createMeter, required } from '../../../../bench/programs/meter.ts';

/** Upper bound of the RabbitMQ lane: amqplib that only counts and acknowledges batches, without parsing or a store. */
const prefetch = Number(required('RABBITMQ_PREFETCH'));
const ackEvery = Number(required('BENCH_ACK_EVERY'));
const connection = await connect(required('RABBITMQ_URL'));
const channel = await connection.createChannel();
const meter = createMeter(Number(required('BENCH_MESSAGES')), () => connection.close());

await channel.prefetch(prefetch);
let waiting = 0;
let remaining = Number(required('BENCH_MESSAGES'));
await channel.consume(required('RABBITMQ_QUEUE'), (message) => {
  if (message === null) throw new Error('the queue was deleted');
  if (waiting === 0) meter.began();
  waiting += 1;
  remaining -= 1;
  if (waiting < ackEvery && remaining > 0) return;
  channel.ack(message, true);
  meter.done(waiting);
  waiting = 0;
});
