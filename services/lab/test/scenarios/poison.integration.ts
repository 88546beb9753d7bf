import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually, useServers } from '@caudal/common/testing';
import { connect } from 'amqplib';
import { Kafka, logLevel } from 'kafkajs';
import { assertExact, type Bed, startBed, startStream } from './bed.ts';

const servers = useServers('rabbitmq', 'kafka', 'valkey', 'redis');

const good = {
  description: 'd',
  country: 'ES',
  weather: 'sunny',
  producer: 'poisoner',
  sequence: 1,
  acceptedAt: 1_700_000_000_000,
};
const { producer: _, ...anonymous } = good;

/** Twenty kinds of what can never be stored. */
const KINDS: readonly Buffer[] = [
  '',
  'not json',
  '{"description":',
  '[]',
  'null',
  '42',
  '"text"',
  '{}',
  JSON.stringify({ ...good, country: 'Spain' }),
  JSON.stringify({ ...good, country: '__proto__' }),
  JSON.stringify({ ...good, country: 7 }),
  JSON.stringify({ ...good, description: null }),
  JSON.stringify({ ...good, weather: ['sunny'] }),
  JSON.stringify(anonymous),
  JSON.stringify({ ...good, key: 'and a producer' }),
  JSON.stringify({ ...good, producer: '../../offsets' }),
  JSON.stringify({ ...good, sequence: -1 }),
  JSON.stringify({ ...good, sequence: 1e300 }),
  JSON.stringify({ ...good, acceptedAt: 'yesterday' }),
]
  .map((text) => Buffer.from(text))
  .concat(Buffer.from([0xff, 0xfe, 0x00, 0x7b]));
const POISON = Array.from({ length: 200 }, (_unused, i) => KINDS[i % KINDS.length] as Buffer);

describe('poison put straight into the queue and the topic', () => {
  let bed: Bed;
  before(async () => {
    bed = await startBed(servers(), { 'ingest-api': 1, 'rabbitmq-consumer': 2, 'kafka-consumer': 2 });
  });
  after(() => bed.stop());

  it('is parked, all 200 of it, with reasons; the rest is stored and no process dies', async () => {
    assert.equal(KINDS.length, 20);
    const stream = startStream(bed, 4, 5);
    await Promise.all([poisonQueue(bed.names.queue), poisonTopic(bed.names.topic)]);
    await eventually(
      () => Promise.all(['rabbitmq-valkey', 'kafka-redis'].map((lane) => bed.lane(lane))),
      (lanes) => lanes.every(({ backlog }) => backlog?.deadLetters === POISON.length),
      { pastErrors: true },
    );
    await stream.stop();
    await assertExact(bed, stream);
    for (const lane of await bed.client.lanes())
      assert.equal(lane.backlog?.deadLetters, POISON.length, lane.lane);
    for (const [name, process] of bed.stack.processes()) assert.equal(process.restarts, 0, name);
    assert.deepEqual(await parkedReasons(bed.names.queue), await parkedReasonsOfTopic(bed.names.topic));
  });

  async function poisonQueue(queue: string): Promise<void> {
    const connection = await connect(servers().addresses.rabbitmq.url);
    const channel = await connection.createConfirmChannel();
    for (const body of POISON) channel.sendToQueue(queue, body, { persistent: true });
    await channel.waitForConfirms();
    await connection.close();
  }

  async function poisonTopic(topic: string): Promise<void> {
    const producer = kafka().producer();
    await producer.connect();
    await producer.send({ topic, acks: -1, messages: POISON.map((value) => ({ value })) });
    await producer.disconnect();
  }

  function kafka(): Kafka {
    return new Kafka({ brokers: servers().addresses.kafka.brokers.split(','), logLevel: logLevel.NOTHING });
  }

  /** The reasons in the dead-letter queue, counted. */
  async function parkedReasons(queue: string): Promise<Record<string, number>> {
    const connection = await connect(servers().addresses.rabbitmq.url);
    const channel = await connection.createChannel();
    const reasons: string[] = [];
    for (;;) {
      const message = await channel.get(`${queue}.dead`, { noAck: true });
      if (message === false) break;
      reasons.push(String(message.properties.headers?.['caudal-reason']));
    }
    await connection.close();
    return counted(reasons);
  }

  async function parkedReasonsOfTopic(topic: string): Promise<Record<string, number>> {
    const consumer = kafka().consumer({ groupId: `${topic}-dead`, maxWaitTimeInMs: 100 });
    const reasons: string[] = [];
    await consumer.connect();
    await consumer.subscribe({ topics: [`${topic}.dead`], fromBeginning: true });
    const { promise, resolve } = Promise.withResolvers<void>();
    await consumer.run({
      eachMessage: ({ message }) => {
        reasons.push(String(message.headers?.['caudal-reason']));
        if (reasons.length === POISON.length) resolve();
        return Promise.resolve();
      },
    });
    await promise;
    await consumer.disconnect();
    return counted(reasons);
  }
});

function counted(reasons: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  assert.equal(reasons.length, POISON.length);
  assert.ok(Object.keys(counts).length >= 9, JSON.stringify(counts));
  return counts;
}
