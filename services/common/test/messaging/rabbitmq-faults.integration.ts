import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { AppError } from '../../src/errors.ts';
import type { DeliveryBatch } from '../../src/messaging/index.ts';
import { RabbitmqConnection } from '../../src/messaging/rabbitmq/connection.ts';
import { eventually, useServers } from '../support/index.ts';
import { bodiesOf, publishAll } from './harness.ts';
import { useRabbitmqBed } from './rabbitmq-bed.ts';
import { TestStore } from './test-store.ts';

const servers = useServers('rabbitmq');

/** Parks messages that begin with `poison`, like a consumer does before it stores a batch. */
function parkPoison(batch: DeliveryBatch): Promise<void> {
  const items = batch.bodies.flatMap((body, index) =>
    body.toString().startsWith('poison') ? [{ index, reason: 'poison' }] : [],
  );
  return items.length > 0 ? batch.park(items) : Promise.resolve();
}

describe('a memory alarm of RabbitMQ', () => {
  const bed = useRabbitmqBed(servers);

  async function setAlarm(isOn: boolean): Promise<void> {
    const mark = isOn ? ['0'] : ['absolute', '1GiB'];
    await servers().execute('rabbitmq', ['rabbitmqctl', 'set_vm_memory_high_watermark', ...mark]);
    await eventually(
      async () => {
        const answer = await bed().management('GET', '/api/nodes');
        return (await answer.json()) as { mem_alarm?: boolean }[];
      },
      ([node]) => node?.mem_alarm === isOn,
    );
  }

  it('makes a publisher unready, and what is published meanwhile is never sent', async () => {
    const { openPublisher, admin, settings, onEnd } = bed();
    const publisher = await openPublisher({ confirmTimeoutMs: 1_000 });
    await publisher.publish(bodiesOf(10, 'before-'));
    onEnd(() => setAlarm(false));
    await setAlarm(true);
    // RabbitMQ reports the alarm to a connection when it publishes; this message may or may not be confirmed.
    const first = publisher.publish(bodiesOf(1, 'first-'));
    await Promise.allSettled([first]);
    await eventually(
      () => publisher.isReady(),
      (ready) => !ready,
    );
    await assert.rejects(publisher.publish(bodiesOf(50, 'refused-')), { code: 'BROKER_TIMEOUT' });
    await setAlarm(false);
    await eventually(
      () => publisher.isReady(),
      (ready) => ready,
    );
    await publisher.publish(bodiesOf(10, 'after-'));
    const channel = await admin.createChannel();
    const { messageCount } = await channel.checkQueue(settings.queue);
    assert.ok(messageCount === 20 || messageCount === 21, `the queue has ${messageCount}`);
  });

  it('does not stop a consumer with poison messages from draining, and every letter is parked once', async () => {
    const { openPublisher, openConsumer, openBacklog, onEnd } = bed();
    const publisher = await openPublisher();
    const backlog = await openBacklog();
    const poison = bodiesOf(300, 'poison-');
    for (let call = 0; call < 10; call++) {
      await publisher.publish([
        ...bodiesOf(400, `call-${call}-`),
        ...poison.slice(30 * call, 30 * call + 30),
      ]);
    }
    onEnd(() => setAlarm(false));
    await setAlarm(true);
    const store = new TestStore();
    store.beforeStore = parkPoison;
    const consumer = await openConsumer(store, { confirmTimeoutMs: 500 });
    await store.until(() => store.size === 4_300);
    // Everything but the poison is acknowledged, although the alarm is on.
    const during = await eventually(
      () => backlog.read(new Map()),
      ({ messages, waiting }) => waiting === 0 && messages <= 300,
    );
    assert.ok(during.messages >= 298, `${during.messages} are held back`);
    assert.ok(during.deadLetters <= 1, `${during.deadLetters} were parked under the alarm`);
    await setAlarm(false);
    const after = await eventually(
      () => backlog.read(new Map()),
      ({ messages, deadLetters }) => messages === 0 && deadLetters >= 300,
    );
    assert.equal(after.deadLetters, 300);
    assert.deepEqual([consumer.inHand(), store.duplicates, store.fatal], [0, 0, []]);
  });
});

describe('dead letters of RabbitMQ', () => {
  const bed = useRabbitmqBed(servers);

  it('that no queue accepts leave their messages unacknowledged until one does', async () => {
    const { openPublisher, openConsumer, openBacklog, admin, settings } = bed();
    const publisher = await openPublisher();
    const backlog = await openBacklog();
    const store = new TestStore();
    store.beforeStore = parkPoison;
    // `create` would bind the queue again.
    const consumer = await openConsumer(store, { topology: 'check' });
    const channel = await admin.createChannel();
    await channel.unbindQueue(settings.deadLetterQueue, settings.deadLetterQueue, '');
    await publisher.publish([...bodiesOf(5), ...bodiesOf(2, 'poison-'), ...bodiesOf(5, 'more-')]);
    await store.until(() => store.size === 12);
    await publisher.publish(bodiesOf(20, 'later-'));
    await store.until(() => store.size === 32);
    const held = await eventually(
      () => backlog.read(new Map()),
      ({ messages }) => messages === 2 && consumer.inHand() === 2,
    );
    assert.deepEqual([held.waiting, held.inHand, held.deadLetters], [0, 2, 0]);
    await channel.bindQueue(settings.deadLetterQueue, settings.deadLetterQueue, '');
    const parked = await eventually(
      () => backlog.read(new Map()),
      ({ messages }) => messages === 0,
    );
    assert.deepEqual([parked.deadLetters, consumer.inHand(), store.fatal], [2, 0, []]);
  });

  it('that the consumer has no right to publish neither end its session nor cause endless redeliveries', async () => {
    const { openPublisher, openConsumer, addUser, settings } = bed();
    const publisher = await openPublisher();
    const url = await addUser(`${settings.queue}-blind`, { write: '^$', read: `^${settings.queue}$` });
    const store = new TestStore();
    store.beforeStore = parkPoison;
    const consumer = await openConsumer(store, { url, topology: 'check' });
    await publisher.publish([...bodiesOf(1, 'poison-'), ...bodiesOf(9)]);
    await store.until(() => store.size === 10);
    await publisher.publish(bodiesOf(10, 'more-'));
    await store.until(() => store.size === 20);
    await eventually(
      () => consumer.inHand(),
      (messages) => messages === 1,
    );
    assert.deepEqual([consumer.isReady(), store.duplicates], [true, 0]);
    assert.ok(store.batches.every(({ redelivered }) => redelivered === 0));
  });
});

describe('a consumer of RabbitMQ', () => {
  const bed = useRabbitmqBed(servers);

  it('returns on stop what it has not begun, while its last batch still runs', async () => {
    const { openPublisher, openConsumer } = bed();
    const publisher = await openPublisher();
    await publishAll(publisher, bodiesOf(900), 300);
    const store = new TestStore();
    const { promise: proceed, resolve } = Promise.withResolvers<void>();
    store.beforeStore = () => proceed;
    // A batch cannot have them all.
    const first = await openConsumer(store, {}, 500);
    await eventually(
      () => first.inHand(),
      (messages) => messages === 900,
    );
    const begun = store.batches[0]?.messages ?? 0;
    const stopped = first.stop();
    const rest = new TestStore();
    await openConsumer(rest);
    await rest.until(() => rest.size === 900 - begun);
    assert.equal(store.size, 0);
    resolve();
    await stopped;
    assert.deepEqual([store.size, rest.duplicates], [begun, 0]);
  });

  it('fails on an error in its handler, even if the connection was lost meanwhile', async () => {
    const { openPublisher, openConsumer, closeConnections, settings } = bed();
    const publisher = await openPublisher();
    const store = new TestStore();
    const defect = new TypeError('a defect in the handler');
    const { promise: proceed, resolve } = Promise.withResolvers<void>();
    store.beforeStore = async () => {
      // Fail only for what the lost connection had delivered: the same batch succeeds the second time.
      if (store.batches.length > 1) return;
      await proceed;
      throw defect;
    };
    const consumer = await openConsumer(store);
    await publisher.publish(bodiesOf(10));
    await store.until(() => store.batches.length > 0);
    // It reconnects soon, perhaps before the close has been answered.
    await Promise.all([
      eventually(
        () => consumer.isReady(),
        (ready) => !ready,
      ),
      closeConnections(`${settings.clientId} consumer`),
    ]);
    resolve();
    await store.until(() => store.fatal.length > 0);
    assert.deepEqual(store.fatal, [defect]);
    assert.equal(consumer.isReady(), false);
  });

  it('abandons a batch without an error when it was lost with its connection', async () => {
    const { openPublisher, openConsumer, closeConnections, settings } = bed();
    const publisher = await openPublisher();
    const store = new TestStore();
    let attempts = 0;
    const { promise: proceed, resolve } = Promise.withResolvers<void>();
    store.beforeStore = async () => {
      if (attempts++ > 0) return;
      await proceed;
      throw new AppError('STORE_UNAVAILABLE', 'the store is away', { retriable: true });
    };
    await openConsumer(store);
    await publisher.publish(bodiesOf(10));
    await store.until(() => store.batches.length > 0);
    await closeConnections(`${settings.clientId} consumer`);
    resolve();
    await store.until(() => store.size === 10);
    assert.deepEqual(store.fatal, []);
  });
});

describe('a connection to RabbitMQ', () => {
  const bed = useRabbitmqBed(servers);

  it('increases the back-off each time a session ends right after it began', async () => {
    const { settings, openPublisher } = bed();
    await openPublisher();
    const attempts: number[] = [];
    const logger = pino({ level: 'warn' }, { write: (line) => attempts.push(JSON.parse(line).attempt) });
    const connection = new RabbitmqConnection({
      settings,
      purpose: 'test',
      logger,
      async setUp(session) {
        const channel = await session.model.createChannel();
        session.watch(channel);
        // Succeeds, but the broker then closes the channel.
        setImmediate(() => channel.publish(`${settings.queue}-none`, '', Buffer.from('x')));
      },
      onLost: () => undefined,
    });
    try {
      await connection.open();
      await eventually(
        () => attempts.length,
        (length) => length >= 4,
      );
    } finally {
      await connection.close();
    }
    assert.deepEqual(attempts.slice(0, 4), [1, 2, 3, 4]);
  });
});

describe('the backlog of RabbitMQ', () => {
  const bed = useRabbitmqBed(servers);

  it('reports that it covers only waiting messages without a management API', async () => {
    const { openPublisher, openConsumer, openBacklog } = bed();
    const publisher = await openPublisher();
    const backlog = await openBacklog({ managementUrl: undefined });
    const store = new TestStore();
    const { promise: proceed, resolve } = Promise.withResolvers<void>();
    store.beforeStore = () => proceed;
    const consumer = await openConsumer(store, { prefetch: 10 });
    await publisher.publish(bodiesOf(30));
    const read = await eventually(
      () => backlog.read(new Map()),
      ({ waiting }) => waiting === 20,
    );
    assert.deepEqual([read.messages, read.inHand, read.covers], [20, null, 'waiting only']);
    await eventually(
      () => consumer.inHand(),
      (messages) => messages === 10,
    );
    resolve();
  });

  it('needs only a user with the tag `management`', async () => {
    const { openPublisher, openBacklog, addUser, management, settings } = bed();
    await openPublisher();
    const name = `${settings.queue}-console`;
    const read = `^(${settings.queue}|${settings.deadLetterQueue})$`;
    const url = await addUser(name, { write: '^$', read });
    const { origin } = new URL(servers().addresses.rabbitmq.managementUrl);
    const backlog = await openBacklog({ url, managementUrl: origin, topology: 'check' });
    await assert.rejects(backlog.read(new Map()), {
      code: 'BROKER_UNAVAILABLE',
      retriable: true,
      message: /refuses the user: it needs the tag "management"/,
    });
    await management('PUT', `/api/users/${name}`, { password: 'test-password', tags: 'management' });
    assert.equal((await backlog.read(new Map())).covers, 'waiting and in hand');
  });

  it('names an unbound queue, which publishers do not notice if there is an alternate exchange', async () => {
    const { openPublisher, openBacklog, admin, settings, onEnd } = bed();
    const { queue } = settings;
    const channel = await admin.createChannel();
    await channel.assertExchange(`${queue}.other`, 'fanout');
    await channel.assertQueue(`${queue}.other`);
    await channel.bindQueue(`${queue}.other`, `${queue}.other`, '');
    await channel.assertExchange(queue, 'fanout', { durable: true, alternateExchange: `${queue}.other` });
    onEnd(async () => {
      await channel.deleteExchange(`${queue}.other`);
      await channel.deleteQueue(`${queue}.other`);
    });
    await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await channel.assertQueue(settings.deadLetterQueue, { arguments: { 'x-queue-type': 'quorum' } });
    const publisher = await openPublisher({ topology: 'check' });
    const backlog = await openBacklog({ topology: 'check' });
    await publisher.publish(bodiesOf(1));
    await assert.rejects(backlog.read(new Map()), {
      code: 'BROKER_TOPOLOGY',
      message: new RegExp(`queue "${queue}" is not bound to exchange "${queue}": bind it`),
    });
    await channel.bindQueue(queue, queue, '');
    assert.equal((await backlog.read(new Map())).messages, 0);
  });
});
