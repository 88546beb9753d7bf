import type { AddressInfo } from 'node:net';
import express from 'express';
import { required } from '../../../../bench/programs/meter.ts';
import { PARTITIONS } from '../bed.ts';
import { connectDrivers } from './connect-drivers.ts';
import { createTopology } from './create-topology.ts';

/**
 * Reference for ingest: the service as one would write it first. Express 5 with its own JSON parser; each request is
 * published with amqplib and kafkajs and answered with 202 when both brokers have confirmed it. No validation, identity,
 * deadline, metric or batching.
 */
const addresses = {
  rabbitmq: { url: required('RABBITMQ_URL') },
  kafka: { brokers: required('KAFKA_BROKERS') },
};
const name = required('BENCH_NAME');
await createTopology(addresses, name);

const { channel, producer, close } = await connectDrivers(addresses);

function toRabbitmq(body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.publish(name, '', body, { persistent: true, mandatory: true }, (error: unknown) => {
      if (error) reject(new Error('RabbitMQ refused a message', { cause: error }));
      else resolve();
    });
  });
}

let turn = 0;
const app = express();
app.use(express.json({ limit: '1mb' }));
app.post('/messages', async (request, response) => {
  const value = Buffer.from(JSON.stringify(request.body));
  turn += 1;
  const messages = [{ value, partition: turn % PARTITIONS }];
  await Promise.all([toRabbitmq(value), producer.send({ topic: name, acks: -1, messages })]);
  response.status(202).json({ accepted: 1 });
});
const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  void close();
});
