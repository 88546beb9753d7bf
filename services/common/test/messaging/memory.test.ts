import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '../../src/errors.ts';
import type { BacklogReader, MessageConsumer, MessagePublisher } from '../../src/messaging/index.ts';
import { MemoryLog, MemoryQueue } from '../../src/messaging/index.ts';
import { bodiesOf, type MessagingHarness } from './harness.ts';
import { describeLogWriter } from './log-writer.conformance.ts';
import { memoryWriterHarness } from './log-writer-harness.ts';
import { describeMessaging } from './publisher-consumer.conformance.ts';
import { TestStore } from './test-store.ts';

function memoryHarness(broker: MemoryQueue | MemoryLog): MessagingHarness {
  const publishers: MessagePublisher[] = [];
  const consumers: MessageConsumer[] = [];
  const readers: BacklogReader[] = [];
  return {
    kind: broker instanceof MemoryLog ? 'log' : 'queue',
    name: broker.name,
    partitions: broker instanceof MemoryLog ? 3 : 1,
    maxBatchMessages: broker.maxBatchMessages,
    prefetch: broker.maxBatchMessages,
    async createPublisher() {
      const publisher = broker.createPublisher();
      publishers.push(publisher);
      await publisher.connect();
      return publisher;
    },
    createConsumer(clientId) {
      const consumer = broker.createConsumer(clientId);
      consumers.push(consumer);
      return Promise.resolve(consumer);
    },
    async createBacklogReader() {
      const reader = broker.createBacklogReader();
      readers.push(reader);
      await reader.connect();
      return reader;
    },
    deadLetters: () =>
      Promise.resolve(broker.deadLetters.map(({ body, headers }) => ({ body: body.toString(), headers }))),
    async dispose() {
      for (const client of [...publishers, ...readers]) await client.close();
      for (const consumer of consumers) await consumer.stop();
    },
  };
}

describeMessaging(
  'memory queue',
  () => Promise.resolve(memoryHarness(new MemoryQueue({ maxBatchMessages: 500 }))),
  {
    log: false,
    server: false,
  },
);

describeMessaging(
  'memory log',
  () => Promise.resolve(memoryHarness(new MemoryLog({ maxBatchMessages: 500 }))),
  {
    log: true,
    server: false,
  },
);

describeLogWriter('memory log writer', memoryWriterHarness, { server: false });

describe('faults of the memory brokers', () => {
  it('fails the next publish, with or without having stored', async () => {
    const queue = new MemoryQueue();
    const publisher = queue.createPublisher();
    const backlog = queue.createBacklogReader();
    await publisher.connect();
    const error = new AppError('BROKER_TIMEOUT', 'planned', { retriable: true });
    queue.faults.failNext(error);
    queue.faults.failNext(error, true);
    await assert.rejects(publisher.publish(bodiesOf(1)), error);
    assert.equal((await backlog.read(new Map())).messages, 0);
    await assert.rejects(publisher.publish(bodiesOf(1)), error);
    assert.equal((await backlog.read(new Map())).messages, 1);
    queue.faults.down = true;
    assert.equal(publisher.isReady(), false);
    await assert.rejects(publisher.publish(bodiesOf(1)), { code: 'BROKER_UNAVAILABLE', retriable: true });
  });

  it('redelivers what a consumer held when its connection was cut', async () => {
    const queue = new MemoryQueue();
    const store = new TestStore();
    const { promise: cut, resolve } = Promise.withResolvers<void>();
    let lost: unknown;
    store.beforeStore = async (batch) => {
      if (batch.redelivered > 0) return;
      await cut;
      await batch.keepAlive().catch((error: unknown) => {
        lost = error;
        throw error;
      });
    };
    const consumer = queue.createConsumer();
    await consumer.start(store.handlers());
    queue.append(bodiesOf(10));
    await store.until(() => store.batches.length === 1);
    queue.redeliver();
    resolve();
    await store.until(() => store.size === 10);
    assert.ok(lost instanceof AppError);
    assert.deepEqual(store.fatal, []);
    assert.equal(store.batches.at(-1)?.redelivered, 10);
    await consumer.stop();
  });
});
