import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually, useServers } from '../support/index.ts';
import { rabbitmqHarness } from './broker-harness.ts';
import { bodiesOf } from './harness.ts';
import { describeMessaging } from './publisher-consumer.conformance.ts';
import { useRabbitmqBed } from './rabbitmq-bed.ts';
import { TestStore } from './test-store.ts';

const servers = useServers('rabbitmq');

describeMessaging('RabbitMQ', () => Promise.resolve(rabbitmqHarness(servers())), {
  log: false,
  server: true,
});

describe('RabbitMQ', () => {
  const bed = useRabbitmqBed(servers);

  it('rejects exactly the calls whose messages reached no queue', async () => {
    const { settings, admin, openPublisher } = bed();
    const publisher = await openPublisher();
    const channel = await admin.createChannel();
    await channel.unbindQueue(settings.queue, settings.queue, '');
    const lost = publisher.publish(bodiesOf(50));
    await assert.rejects(lost, {
      code: 'BROKER_UNROUTABLE',
      retriable: true,
      message: new RegExp(settings.queue),
    });
    await channel.bindQueue(settings.queue, settings.queue, '');
    await publisher.publish(bodiesOf(50));
    assert.equal((await channel.checkQueue(settings.queue)).messageCount, 50);
  });

  it('keeps at most its window unconfirmed and settles every call', async () => {
    const { settings, admin, openPublisher } = bed();
    const publisher = await openPublisher({ confirmWindow: 10 });
    await Promise.all(
      Array.from({ length: 40 }, (_, index) => publisher.publish(bodiesOf(25, `call-${index}-`))),
    );
    const channel = await admin.createChannel();
    assert.equal((await channel.checkQueue(settings.queue)).messageCount, 1_000);
  });

  it('names the queue and the fix when the topology is wrong', async () => {
    const { settings, admin, openPublisher, openConsumer } = bed();
    const channel = await admin.createChannel();
    await channel.assertQueue(settings.queue, { durable: true, arguments: { 'x-queue-type': 'classic' } });
    await assert.rejects(openPublisher(), {
      code: 'BROKER_TOPOLOGY',
      retriable: false,
      message: new RegExp(
        `queue "${settings.queue}" exists with other properties.*rabbitmqctl delete_queue`,
        's',
      ),
    });
    const missing = { queue: `${settings.queue}-none`, topology: 'check' as const };
    for (const open of [() => openPublisher(missing), () => openConsumer(new TestStore(), missing)]) {
      await assert.rejects(open(), {
        code: 'BROKER_TOPOLOGY',
        retriable: true,
        message: new RegExp(`"${missing.queue}" does not exist.*RABBITMQ_TOPOLOGY=create`, 's'),
      });
    }
  });

  it('accepts a topology made by another client', async () => {
    const { openPublisher, openConsumer } = bed();
    await (await openPublisher()).publish(bodiesOf(5));
    const publisher = await openPublisher({ topology: 'check' });
    await publisher.publish(bodiesOf(5, 'checked-'));
    const store = new TestStore();
    await openConsumer(store, { topology: 'check' });
    await store.until(() => store.size === 10);
  });

  it('rejects with the address but not the password when nothing listens', async () => {
    const { openPublisher } = bed();
    const url = 'amqp://caudal:secret-word@127.0.0.1:1';
    await assert.rejects(openPublisher({ url }), (error: Error & { code?: string; retriable?: boolean }) => {
      assert.deepEqual([error.code, error.retriable], ['BROKER_UNAVAILABLE', true]);
      assert.match(error.message, /127\.0\.0\.1:1/);
      assert.doesNotMatch(error.message, /secret-word/);
      return true;
    });
    // Keep the queues' names for the clean-up.
    await openPublisher();
  });

  it('recovers after its queue was deleted', async () => {
    const { settings, admin, openPublisher, openConsumer } = bed();
    const publisher = await openPublisher();
    const store = new TestStore();
    const consumer = await openConsumer(store);
    await publisher.publish(bodiesOf(10, 'before-'));
    await store.until(() => store.size === 10);
    const channel = await admin.createChannel();
    await channel.deleteQueue(settings.queue);
    const after = bodiesOf(10, 'after-');
    // Unroutable until the consumer has recreated the queue.
    await eventually(
      () =>
        publisher.publish(after).then(
          () => true,
          () => false,
        ),
      (done) => done,
    );
    await store.until(() => store.size === 20);
    assert.deepEqual([consumer.isReady(), store.fatal], [true, []]);
  });

  for (const [rest, messages] of [
    ['nothing', 24],
    ['a part of what it was given', 100],
  ] as const) {
    it(`acknowledges its last batch on stop and returns ${rest}`, async () => {
      const { settings, admin, openPublisher, openConsumer } = bed();
      const publisher = await openPublisher();
      const channel = await admin.createChannel();
      for (let round = 0; round < 5; round++) {
        let published = messages;
        await publisher.publish(bodiesOf(messages, `${round}-`));
        const first = new TestStore();
        const { promise: proceed, resolve: store } = Promise.withResolvers<void>();
        first.beforeStore = () => proceed;
        const consumer = await openConsumer(first, {}, 24);
        await eventually(
          () => consumer.inHand(),
          (inHand) => inHand === messages,
        );
        const stopped = consumer.stop();
        // Once one stays in the queue, the consumer takes no more; it may only finish its batch.
        await eventually(
          async () => {
            await publisher.publish(bodiesOf(1, `${round}-`, published++));
            return channel.checkQueue(settings.queue);
          },
          ({ messageCount }) => messageCount > 0,
        );
        store();
        await stopped;

        // Arrives after everything that was returned to the queue.
        const last = `${round}-${published++}`;
        await publisher.publish([Buffer.from(last)]);
        const next = new TestStore();
        const successor = await openConsumer(next);
        await next.until(() => next.has(last) && next.size >= published - first.size);
        await successor.stop();
        const again = next.stored.filter((body) => first.has(body));
        assert.deepEqual([again, next.size], [[], published - first.size], `round ${round}`);
      }
    });
  }

  it('abandons a batch, but not the process, when its channel is lost while the handler waits', async () => {
    const { settings, admin, openPublisher, openConsumer, closeConnections } = bed();
    const publisher = await openPublisher();
    const store = new TestStore();
    const { promise: proceed, resolve } = Promise.withResolvers<void>();
    const errors: unknown[] = [];
    store.beforeStore = async (batch) => {
      if (batch.redelivered > 0) return;
      await proceed;
      try {
        await batch.keepAlive();
      } catch (error) {
        errors.push(error);
        throw error;
      }
    };
    const consumer = await openConsumer(store);
    await publisher.publish(bodiesOf(10));
    await store.until(() => store.batches.length > 0);
    const channel = await admin.createChannel();
    channel.on('error', () => undefined);
    // It reconnects soon, perhaps before the close has been answered.
    await Promise.all([
      eventually(
        () => consumer.isReady(),
        (ready) => !ready,
      ),
      closeConnections(`${settings.clientId} consumer`),
    ]);
    resolve();
    await store.until(() => store.size === 10);
    assert.deepEqual([errors.length > 0, store.fatal], [true, []]);
    assert.ok(store.batches.some(({ redelivered }) => redelivered > 0));
  });

  it('parks a message that was delivered too often', async () => {
    const { settings, admin, openPublisher, openBacklog } = bed();
    const limited = { deliveryLimit: 2 };
    const publisher = await openPublisher(limited);
    await publisher.publish(bodiesOf(1, 'killer-'));
    const backlog = await openBacklog(limited);
    const channel = await admin.createChannel();
    for (let delivery = 0; delivery <= limited.deliveryLimit; delivery++) {
      const message = await eventually(
        () => channel.get(settings.queue),
        (found) => found !== false,
      );
      if (message) channel.reject(message, true);
    }
    // The management API reports deliveries that are seconds old.
    const { deadLetters } = await eventually(
      () => backlog.read(new Map()),
      (figures) => figures.deadLetters > 0 && figures.messages === 0,
    );
    assert.equal(deadLetters, 1);
  });

  it('needs only the right to write one exchange, or to read one queue and park', async () => {
    const { settings, openPublisher, openConsumer, addUser } = bed();
    await openPublisher();
    const { queue, deadLetterQueue } = settings;
    const publisherUrl = await addUser(`${queue}-publisher`, { write: `^${queue}$`, read: '^$' });
    const consumerUrl = await addUser(`${queue}-consumer`, {
      write: `^${deadLetterQueue}$`,
      read: `^${queue}$`,
    });

    const publisher = await openPublisher({ url: publisherUrl, topology: 'check' });
    await publisher.publish(bodiesOf(10));
    const store = new TestStore();
    store.beforeStore = (batch) => batch.park([{ index: 0, reason: 'to see whether it may' }]);
    await openConsumer(store, { url: consumerUrl, topology: 'check' });
    await store.until(() => store.size === 10);

    const thief = await openPublisher({ url: consumerUrl, topology: 'check' });
    await assert.rejects(thief.publish(bodiesOf(1)), { code: 'BROKER_UNAVAILABLE' });
    await assert.rejects(openConsumer(new TestStore(), { url: publisherUrl, topology: 'check' }), {
      message: /ACCESS_REFUSED/,
    });
  });
});
