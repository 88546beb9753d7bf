import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { AppError, isRetriable } from '../../src/errors.ts';
import { eventually } from '../support/index.ts';
import { bodiesOf, type MessagingHarness, publishAll } from './harness.ts';
import { describeLog } from './log.conformance.ts';
import { describeServerFaults } from './server-faults.conformance.ts';
import { TestStore } from './test-store.ts';

/** Requirements of the port on every adapter; `setUp` provides a new broker, or new names on one, for each test. */
export function describeMessaging(
  name: string,
  setUp: () => Promise<MessagingHarness>,
  kind: { readonly log: boolean; readonly server: boolean },
): void {
  describe(name, () => {
    let harness: MessagingHarness;
    beforeEach(async () => {
      harness = await setUp();
    });
    afterEach(async () => {
      await harness.dispose();
    });
    const current = () => harness;
    describePort(current);
    if (kind.log) describeLog(current);
    if (kind.server) describeServerFaults(current);
  });
}

function describePort(harness: () => MessagingHarness): void {
  it('delivers every published body once and in order', async () => {
    const { kind, name, createPublisher, createConsumer } = harness();
    const publisher = await createPublisher();
    const store = new TestStore();
    await publishAll(publisher, bodiesOf(3_000));
    const consumer = await createConsumer();
    await consumer.start(store.handlers());
    await publishAll(publisher, bodiesOf(2_000, 'message-', 3_000));
    await store.until(() => store.size === 5_000);
    assert.equal(store.stored.length, 5_000);
    assert.deepEqual([store.duplicates, store.overlaps, store.fatal], [0, 0, []]);
    if (kind === 'queue') {
      assert.deepEqual(store.stored, bodiesOf(5_000).map(String));
      assert.deepEqual(consumer.assignments(), [name]);
    } else {
      assertCallsInOrder(store.stored, 100);
    }
  });

  it('has stored the messages durably when publish resolves', async () => {
    const { createPublisher, createBacklogReader } = harness();
    const publisher = await createPublisher();
    const backlog = await createBacklogReader();
    await publisher.publish(bodiesOf(250));
    const { messages } = await backlog.read(new Map());
    assert.equal(messages, 250);
  });

  it('accepts an empty call, single bodies and a call larger than every window', async () => {
    const { createPublisher, createConsumer } = harness();
    const publisher = await createPublisher();
    const store = new TestStore();
    await publisher.publish([]);
    await publisher.publish([Buffer.from('alone')]);
    await publisher.publish(bodiesOf(5_000));
    const consumer = await createConsumer();
    await consumer.start(store.handlers());
    await store.until(() => store.size === 5_001);
    assert.equal(store.stored.length, 5_001);
  });

  it('redelivers exactly what a consumer abandoned', async () => {
    const { createPublisher, createConsumer } = harness();
    const publisher = await createPublisher();
    const first = new TestStore();
    await publisher.publish(bodiesOf(20, 'kept-'));
    const quitter = await createConsumer();
    await quitter.start(first.handlers());
    await first.until(() => first.size === 20);
    first.beforeStore = (_, stopping) => rejectOnAbort(stopping);
    await publisher.publish(bodiesOf(30, 'given-up-'));
    await eventually(
      () => quitter.inHand(),
      (messages) => messages === 30,
    );
    await quitter.stop();
    assert.deepEqual([first.size, first.fatal], [20, []]);

    const second = new TestStore();
    for (const [source, position] of first.positions) second.positions.set(source, position);
    const successor = await createConsumer();
    await successor.start(second.handlers());
    await second.until(() => second.size >= 30);
    assert.deepEqual([...second.stored].sort(), bodiesOf(30, 'given-up-').map(String).sort());
    if (harness().kind === 'queue') {
      assert.equal(
        second.batches.reduce((sum, { redelivered }) => sum + redelivered, 0),
        30,
      );
    }
  });

  it('finishes and acknowledges the running batch on stop, and takes nothing new', async () => {
    const { createPublisher, createConsumer, maxBatchMessages } = harness();
    const publisher = await createPublisher();
    const store = new TestStore();
    const held = gate();
    store.beforeStore = () => held.passed;
    await publisher.publish(bodiesOf(maxBatchMessages + 50));
    const consumer = await createConsumer();
    await consumer.start(store.handlers());
    await store.until(() => store.batches.length > 0);
    const stopped = consumer.stop();
    assert.equal(consumer.stop(), stopped);
    assert.equal(consumer.isReady(), false);
    held.open();
    await stopped;
    const taken = store.batches.reduce((sum, { messages }) => sum + messages, 0);
    assert.equal(store.size, taken);
    assert.ok(taken < maxBatchMessages + 50, 'one batch cannot hold them all');

    const successor = await createConsumer();
    await successor.start(store.handlers());
    await store.until(() => store.size === maxBatchMessages + 50);
    assert.equal(store.duplicates, 0);
  });

  it('reports a handler that fails permanently once, and acknowledges nothing', async () => {
    const { createPublisher, createConsumer } = harness();
    const publisher = await createPublisher();
    const store = new TestStore();
    const broken = new TypeError('a defect in the handler');
    store.beforeStore = () => Promise.reject(broken);
    await publisher.publish(bodiesOf(10));
    const consumer = await createConsumer();
    await consumer.start(store.handlers());
    await store.until(() => store.fatal.length > 0);
    assert.equal(consumer.isReady(), false);
    await consumer.stop();
    assert.deepEqual(store.fatal, [broken]);

    const next = new TestStore();
    const successor = await createConsumer();
    await successor.start(next.handlers());
    await next.until(() => next.size === 10);
  });

  it('parks poison messages with reason, source and consumer before the batch is stored', async () => {
    const { createPublisher, createConsumer, createBacklogReader, deadLetters, kind, name } = harness();
    const publisher = await createPublisher();
    const store = new TestStore();
    store.beforeStore = async (batch) => {
      const items = batch.bodies.flatMap((body, index) =>
        body.toString().startsWith('poison') ? [{ index, reason: `no sense in ${body}` }] : [],
      );
      if (items.length > 0) await batch.park(items);
    };
    const bodies = [...bodiesOf(5), ...bodiesOf(3, 'poison-'), ...bodiesOf(5, 'more-')];
    await publisher.publish(bodies);
    const consumer = await createConsumer('the-parker');
    await consumer.start(store.handlers());
    await store.until(() => store.size === 13);
    const parked = await deadLetters(3);
    assert.deepEqual(
      parked.map(({ body }) => body),
      ['poison-0', 'poison-1', 'poison-2'],
    );
    for (const { body, headers } of parked) {
      assert.equal(headers['caudal-reason'], `no sense in ${body}`);
      assert.equal(headers['caudal-consumer'], 'the-parker');
      if (kind === 'queue') assert.equal(headers['caudal-source'], name);
      else assert.match(headers['caudal-source'] ?? '', new RegExp(`^${name}:\\d+:\\d+$`));
    }
    const backlog = await createBacklogReader();
    const { deadLetters: count } = await eventually(
      () => backlog.read(store.positions),
      ({ deadLetters: found }) => found > 0,
    );
    assert.equal(count, 3);
  });

  it('distributes the work over competing consumers', async () => {
    const { createPublisher, createConsumer } = harness();
    const publisher = await createPublisher();
    const store = new TestStore();
    const shares = [0, 0];
    for (const index of shares.keys()) {
      const consumer = await createConsumer(`member-${index}`);
      const handlers = store.handlers();
      await consumer.start({
        ...handlers,
        handle: (batch, stopping) => {
          shares[index] = (shares[index] ?? 0) + batch.bodies.length;
          return handlers.handle(batch, stopping);
        },
      });
      await eventually(
        () => consumer.isReady(),
        (ready) => ready,
      );
    }
    let sent = 0;
    while (shares.includes(0)) {
      await publishAll(publisher, bodiesOf(1_000, 'message-', sent));
      sent += 1_000;
    }
    await store.until(() => store.size === sent);
    assert.equal(store.stored.length, sent);
  });

  it('loses nothing while scaling from one consumer to three and back', async () => {
    const { createPublisher, createConsumer } = harness();
    const publisher = await createPublisher();
    const store = new TestStore();
    let publishing = true;
    let sent = 0;
    const load = (async () => {
      while (publishing) {
        await publisher.publish(bodiesOf(50, 'message-', sent));
        sent += 50;
      }
    })();
    const progress = async () => {
      const from = store.size;
      await store.until(() => store.size >= from + 500);
    };
    const consumers = [];
    for (let index = 0; index < 3; index++) {
      const consumer = await createConsumer(`member-${index}`);
      await consumer.start(store.handlers());
      consumers.push(consumer);
      await progress();
    }
    for (const consumer of consumers.slice(0, 2)) {
      await consumer.stop();
      await progress();
    }
    publishing = false;
    await load;
    await store.until(() => store.size === sent);
    assert.deepEqual([store.stored.length, store.fatal], [sent, []]);
  });

  it('reports the backlog by source, and the number of consumers', async () => {
    const { createPublisher, createConsumer, createBacklogReader, kind, name, partitions } = harness();
    const publisher = await createPublisher();
    const backlog = await createBacklogReader();
    for (let call = 0; call < partitions; call++) await publisher.publish(bodiesOf(30, `call-${call}-`));
    const sources = await backlog.sources();
    const before = await backlog.read(new Map(sources.map((source) => [source, 10])));
    if (kind === 'queue') {
      assert.deepEqual(sources, []);
      assert.deepEqual(before, {
        messages: 30,
        covers: 'waiting and in hand',
        waiting: 30,
        inHand: 0,
        bySource: { [name]: 30 },
        deadLetters: 0,
        consumers: 0,
      });
    } else {
      assert.equal(sources.length, partitions);
      const bySource = Object.fromEntries(sources.map((source) => [source, 20]));
      assert.deepEqual(before, {
        messages: 20 * partitions,
        covers: 'waiting and in hand',
        waiting: null,
        inHand: null,
        bySource,
        deadLetters: 0,
        consumers: 0,
      });
    }
    const store = new TestStore();
    const consumer = await createConsumer();
    await consumer.start(store.handlers());
    await store.until(() => store.size === 30 * partitions);
    const after = await eventually(
      () => backlog.read(store.positions),
      ({ messages, consumers }) => messages === 0 && consumers === 1,
    );
    assert.equal(after.deadLetters, 0);
  });

  it('counts what a consumer holds as backlog until it is stored', async () => {
    const { createPublisher, createConsumer, createBacklogReader, kind } = harness();
    const publisher = await createPublisher();
    const backlog = await createBacklogReader();
    const store = new TestStore();
    const held = gate();
    store.beforeStore = () => held.passed;
    const consumer = await createConsumer();
    await consumer.start(store.handlers());
    await publisher.publish(bodiesOf(40));
    await store.until(() => store.batches.length > 0);
    const sources = await backlog.sources();
    const read = () =>
      backlog.read(new Map(sources.map((source) => [source, store.positions.get(source) ?? null])));
    // A broker may report its deliveries a few seconds late.
    const full = await eventually(read, ({ messages }) => messages === 40);
    assert.equal(full.covers, 'waiting and in hand');
    if (kind === 'queue') assert.deepEqual([full.waiting, full.inHand], [0, 40]);
    else assert.deepEqual([full.waiting, full.inHand], [null, null]);
    await eventually(
      () => consumer.inHand(),
      (messages) => messages === 40,
    );
    held.open();
    await store.until(() => store.size === 40);
    await eventually(read, ({ messages }) => messages === 0);
    await eventually(
      () => consumer.inHand(),
      (messages) => messages === 0,
    );
  });

  it('transfers large bodies unchanged', async () => {
    const { createPublisher, createConsumer } = harness();
    const publisher = await createPublisher();
    const store = new TestStore();
    const bodies = Array.from({ length: 6 }, (_, index) =>
      Buffer.alloc(900_000, String.fromCharCode(97 + index)),
    );
    await Promise.all(bodies.map((body) => publisher.publish([body])));
    const consumer = await createConsumer();
    await consumer.start(store.handlers());
    await store.until(() => store.size === 6);
    for (const body of bodies) assert.ok(store.has(body.toString()));
  });

  it('holds only a bounded part of a burst while its handler waits', async () => {
    const { createPublisher, createConsumer, createBacklogReader, kind, maxBatchMessages, prefetch } =
      harness();
    const publisher = await createPublisher();
    const backlog = await createBacklogReader();
    const store = new TestStore();
    const held = gate();
    store.beforeStore = () => held.passed;
    const consumer = await createConsumer();
    await consumer.start(store.handlers());
    await publishAll(publisher, bodiesOf(50_000), 1_000);
    await store.until(() => store.batches.length > 0);
    if (kind === 'queue') {
      const { messages } = await backlog.read(new Map());
      assert.ok(messages >= 50_000 - prefetch, `the broker keeps ${messages}`);
    }
    held.open();
    await store.until(() => store.size === 50_000);
    const largest = Math.max(...store.batches.map(({ messages }) => messages));
    assert.ok(largest <= maxBatchMessages, `a batch of ${largest}`);
    assert.equal(store.overlaps, 0);
  });

  it('settles what is in progress when a publisher closes, and accepts nothing afterwards', async () => {
    const { createPublisher, createBacklogReader } = harness();
    const publisher = await createPublisher();
    const backlog = await createBacklogReader();
    assert.equal(publisher.isReady(), true);
    const sent = publisher.publish(bodiesOf(500));
    const closed = publisher.close();
    assert.equal(publisher.close(), closed);
    assert.equal(publisher.isReady(), false);
    await assert.rejects(publisher.publish(bodiesOf(1)), { code: 'STOPPING' });
    await sent;
    await closed;
    // The broker may still be electing a leader for the new topic.
    const read = await eventually(
      () => backlog.read(new Map()).catch((error: unknown) => void assert.ok(isRetriable(error))),
      (answer) => answer !== undefined,
    );
    assert.equal(read?.messages, 500);
  });
}

/** Checks the order of bodies of one call, which share a partition; those of other partitions may come in between. */
function assertCallsInOrder(stored: readonly string[], size: number): void {
  const lastOfCall = new Map<number, number>();
  for (const body of stored) {
    const number = Number(body.slice('message-'.length));
    const call = Math.floor(number / size);
    const last = lastOfCall.get(call) ?? -1;
    assert.ok(number > last, `${body} came after message-${last}`);
    lastOfCall.set(call, number);
  }
}

function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: resolve };
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const giveUp = () => reject(new AppError('STOPPING', 'gave up'));
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
}
