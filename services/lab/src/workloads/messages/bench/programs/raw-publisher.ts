import type { ConfirmChannel } from 'amqplib';
import type { Producer } from 'kafkajs';
import { required } from '../../../../bench/programs/meter.ts';
import { makeBodies } from '../bed.ts';
import { connectDrivers } from './connect-drivers.ts';
import { createTopology } from './create-topology.ts';

/**
 * Upper bound of ingest's publishing: the drivers alone, without HTTP, validation or deadlines. Publishes bodies like
 * ingest's to both brokers; a unit is done when both have confirmed it. The messages in flight match 64 connections with
 * arrays of 100.
 */

const UNIT_MESSAGES = 1_000;
const UNITS_IN_FLIGHT = 6;

const addresses = {
  rabbitmq: { url: required('RABBITMQ_URL') },
  kafka: { brokers: required('KAFKA_BROKERS') },
};
const name = required('BENCH_NAME');
const seconds = Number(required('BENCH_SECONDS'));

await createTopology(addresses, name);

const { channel, producer, close } = await connectDrivers(addresses);

const partitions = Number(required('KAFKA_PARTITIONS'));
const bodies = makeBodies(UNIT_MESSAGES);
let turn = 0;
let confirmed = 0;
const cpu = process.cpuUsage();
const startedAt = performance.now();
await Promise.all(Array.from({ length: UNITS_IN_FLIGHT }, publishUnits));
const milliseconds = performance.now() - startedAt;
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(
  `${JSON.stringify({ messages: confirmed, milliseconds, cpuMicroseconds: user + system })}\n`,
);
await close();

async function publishUnits(): Promise<void> {
  while (performance.now() - startedAt < seconds * 1_000) {
    await Promise.all([toRabbitmq(channel), toKafka(producer)]);
    confirmed += bodies.length;
  }
}

function toRabbitmq(target: ConfirmChannel): Promise<void> {
  return new Promise((resolve, reject) => {
    let waiting = bodies.length;
    const onConfirm = (error: unknown): void => {
      if (error) reject(new Error('RabbitMQ refused a message', { cause: error }));
      waiting -= 1;
      if (waiting === 0) resolve();
    };
    for (const body of bodies)
      target.publish(name, '', body, { persistent: true, mandatory: true }, onConfirm);
  });
}

async function toKafka(target: Producer): Promise<void> {
  const partition = turn % partitions;
  turn += 1;
  await target.send({ topic: name, acks: -1, messages: bodies.map((value) => ({ value, partition })) });
}
