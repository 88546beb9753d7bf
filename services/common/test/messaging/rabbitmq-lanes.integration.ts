import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LaneQueue } from '../../src/messaging/rabbitmq/settings.ts';
import { eventually, useServers } from '../support/index.ts';
import { bodiesOf, publishAll } from './harness.ts';
import { useRabbitmqBed } from './rabbitmq-bed.ts';
import { TestStore } from './test-store.ts';

const servers = useServers('rabbitmq');

describe('two lanes on one RabbitMQ exchange', () => {
  const bed = useRabbitmqBed(servers);

  /** Settings of two lanes: the bed's own, and one beside it whose queues are deleted after the test. */
  function lanes() {
    const { settings, admin, onEnd } = bed();
    const exchange = settings.queue;
    const first = { queue: settings.queue, deadLetterQueue: settings.deadLetterQueue };
    const second = { queue: `${exchange}.second`, deadLetterQueue: `${exchange}.second.dead` };
    onEnd(async () => {
      const channel = await admin.createChannel();
      for (const name of Object.values(second)) await channel.deleteQueue(name);
      await channel.deleteExchange(second.deadLetterQueue);
      await channel.close();
    });
    const of = (lane: LaneQueue) => ({ ...lane, exchange });
    return { exchange, first: of(first), second: of(second), all: { exchange, queues: [first, second] } };
  }

  async function lengthOf(queue: string): Promise<number> {
    const channel = await bed().admin.createChannel();
    const { messageCount } = await channel.checkQueue(queue);
    await channel.close();
    return messageCount;
  }

  it('get every message each, once and in order', async () => {
    const { first, second, all } = lanes();
    const { openPublisher, openConsumer } = bed();
    const stores = [new TestStore(), new TestStore()] as const;
    // All at once: declaring the same names must not fail.
    const [publisher] = await Promise.all([
      openPublisher(all),
      openConsumer(stores[0], first),
      openConsumer(stores[1], second),
    ]);
    await publishAll(publisher, bodiesOf(2_000));
    for (const store of stores) {
      await store.until(() => store.size === 2_000);
      assert.deepEqual(store.stored, bodiesOf(2_000).map(String));
      assert.deepEqual([store.duplicates, store.fatal], [0, []]);
    }
  });

  it('have their queues before the publisher is ready, so that a lane without consumers misses nothing', async () => {
    const { first, second, all } = lanes();
    const publisher = await bed().openPublisher(all);
    await publisher.publish(bodiesOf(100));
    assert.deepEqual([await lengthOf(first.queue), await lengthOf(second.queue)], [100, 100]);
  });

  it('park poison apart', async () => {
    const { first, second, all } = lanes();
    const { openPublisher, openConsumer, openBacklog } = bed();
    const publisher = await openPublisher(all);
    const store = new TestStore();
    store.beforeStore = (batch) => {
      const index = batch.bodies.findIndex((body) => body.toString() === 'message-3');
      if (index >= 0) return batch.park([{ index, reason: 'poison for the second lane alone' }]);
    };
    await openConsumer(store, second);
    await publisher.publish(bodiesOf(10));
    await store.until(() => store.size === 10);
    const [ofFirst, ofSecond] = [await openBacklog(first), await openBacklog(second)];
    const { deadLetters } = await eventually(
      () => ofSecond.read(new Map()),
      (backlog) => backlog.deadLetters > 0 && backlog.messages === 0,
    );
    assert.equal(deadLetters, 1);
    assert.equal((await ofFirst.read(new Map())).deadLetters, 0);
  });

  it('refuse a publisher that may not create the queue that is missing', async () => {
    const { first, second, all } = lanes();
    const { openPublisher, openConsumer } = bed();
    await openConsumer(new TestStore(), first);
    await assert.rejects(openPublisher({ ...all, topology: 'check' }), {
      code: 'BROKER_TOPOLOGY',
      retriable: true,
      message: new RegExp(`queue "${second.queue}" does not exist`),
    });
  });

  it('confirm nothing from the moment a queue is gone until it is back', async () => {
    const { exchange, first, second, all } = lanes();
    const { admin, openPublisher } = bed();
    await openPublisher(all);
    const publisher = await openPublisher({ ...all, topology: 'check' });
    await publisher.publish(bodiesOf(10));
    const channel = await admin.createChannel();
    await channel.deleteQueue(second.queue);

    // The exchange still has a queue, so RabbitMQ itself confirms these.
    await assert.rejects(publisher.publish(bodiesOf(10, 'missed-')), {
      retriable: true,
      message: new RegExp(second.queue),
    });
    assert.equal(await lengthOf(first.queue), 20);
    assert.equal(publisher.isReady(), false);

    await channel.assertQueue(second.queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await channel.bindQueue(second.queue, exchange, '');
    await eventually(
      () => publisher.isReady(),
      (isReady) => isReady,
    );
    await publisher.publish(bodiesOf(10, 'missed-'));
    assert.equal(await lengthOf(second.queue), 10);
  });

  it('get a deleted queue back from a publisher that creates it', async () => {
    const { second, all } = lanes();
    const { admin, openPublisher } = bed();
    const publisher = await openPublisher(all);
    const channel = await admin.createChannel();
    await channel.deleteQueue(second.queue);
    await assert.rejects(publisher.publish(bodiesOf(10)), { retriable: true });
    await eventually(
      () => publisher.isReady(),
      (isReady) => isReady,
    );
    await publisher.publish(bodiesOf(10));
    assert.equal(await lengthOf(second.queue), 10);
  });

  it('settle every call while checks and publishes overlap', async () => {
    const { first, second, all } = lanes();
    const publisher = await bed().openPublisher({ ...all, confirmWindow: 50 });
    await Promise.all(Array.from({ length: 40 }, (_, call) => publisher.publish(bodiesOf(25, `${call}-`))));
    assert.deepEqual([await lengthOf(first.queue), await lengthOf(second.queue)], [1_000, 1_000]);
  });

  it('are reported by the backlog reader when one is not bound, which no publisher can see', async () => {
    const { exchange, first, second, all } = lanes();
    const { admin, openPublisher, openBacklog } = bed();
    const publisher = await openPublisher(all);
    const [ofFirst, ofSecond] = [await openBacklog(first), await openBacklog(second)];
    const channel = await admin.createChannel();
    await channel.unbindQueue(second.queue, exchange, '');
    await publisher.publish(bodiesOf(1));
    await eventually(
      () =>
        ofSecond.read(new Map()).then(
          () => '',
          (error: Error & { code?: string }) => `${error.code} ${error.message}`,
        ),
      (error) =>
        error.includes(
          `BROKER_TOPOLOGY RabbitMQ queue "${second.queue}" is not bound to exchange "${exchange}"`,
        ),
    );
    await ofFirst.read(new Map());
  });

  it('need no further right for the publisher than to write to the exchange', async () => {
    const { exchange, second, all } = lanes();
    const { openPublisher, addUser } = bed();
    await openPublisher(all);
    const url = await addUser(`${exchange}-publisher`, { write: `^${exchange}$`, read: '^$' });
    const publisher = await openPublisher({ ...all, url, topology: 'check' });
    await publisher.publish(bodiesOf(10));
    assert.equal(await lengthOf(second.queue), 10);
  });
});
