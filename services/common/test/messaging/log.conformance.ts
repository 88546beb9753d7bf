import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { DeliveryBatch } from '../../src/messaging/index.ts';
import { eventually } from '../support/index.ts';
import { bodiesOf, type MessagingHarness } from './harness.ts';
import { TestStore } from './test-store.ts';

/** Additional requirements on an adapter of a log: the store's offsets take precedence. */
export function describeLog(harness: () => MessagingHarness): void {
  /** Publishes `count` messages to every partition, one call each; resolves with the sources. */
  async function fill(count: number): Promise<readonly string[]> {
    const publisher = await harness().createPublisher();
    const backlog = await harness().createBacklogReader();
    for (let call = 0; call < harness().partitions; call++) {
      await publisher.publish(bodiesOf(count, `call-${call}-`));
    }
    return backlog.sources();
  }

  async function consumeAll(store: TestStore, size: number): Promise<void> {
    const consumer = await harness().createConsumer();
    await consumer.start(store.handlers());
    await store.until(() => store.size >= size || store.fatal.length > 0);
    assert.deepEqual(store.fatal, []);
    await consumer.stop();
  }

  it('reads from the start if the store has nothing', async () => {
    const sources = await fill(40);
    const store = new TestStore();
    await consumeAll(store, 40 * sources.length);
    assert.deepEqual(
      [...store.positions.values()],
      sources.map(() => 40),
    );
    assert.equal(store.moves, 0);
  });

  it("resumes at the store's position when it is ahead of the offset committed to Kafka", async () => {
    const sources = await fill(40);
    const store = new TestStore();
    for (const source of sources) store.positions.set(source, 30);
    await consumeAll(store, 10 * sources.length);
    assert.equal(store.stored.length, 10 * sources.length);
    assert.ok(store.stored.every((body) => Number(body.split('-').at(-1)) >= 30));
    assert.equal(store.moves, 0);
  });

  it('reads again what a store lost that was restored to an earlier state', async () => {
    const sources = await fill(40);
    await consumeAll(new TestStore(), 40 * sources.length);
    const older = new TestStore();
    for (const [index, source] of sources.entries()) older.positions.set(source, index === 0 ? 5 : null);
    await consumeAll(older, 40 * sources.length - 5);
    assert.equal(older.stored.length, 40 * sources.length - 5);
    assert.deepEqual(
      [...older.positions.values()],
      sources.map(() => 40),
    );
  });

  it('follows a store whose position moves forwards, backwards or disappears while it reads', async () => {
    const sources = await fill(40);
    const [source] = sources;
    assert.ok(source);
    const publisher = await harness().createPublisher();
    const store = new TestStore();
    const consumer = await harness().createConsumer();
    await consumer.start(store.handlers());
    await store.until(() => store.size === 40 * sources.length);
    // The consumer's position is 40 everywhere; the store now has others, which must take precedence.
    let round = 0;
    for (const position of [12, null, 25]) {
      store.positions.set(source, position);
      const duplicates = store.duplicates;
      for (let call = 0; call < sources.length; call++) {
        await publisher.publish(bodiesOf(10, `round-${round}-${call}-`));
      }
      round++;
      const end = 40 + 10 * round;
      await store.until(() => sources.every((name) => store.positions.get(name) === end));
      assert.equal(store.duplicates - duplicates, end - 10 - (position ?? 0));
    }
    assert.equal(store.stored.length, (40 + 30) * sources.length);
    store.positions.set(source, 75);
    for (let call = 0; call < sources.length; call++) {
      await publisher.publish(bodiesOf(10, `skip-${call}-`));
    }
    await store.until(() => sources.every((name) => store.positions.get(name) === 80));
    assert.equal(store.stored.length, (40 + 30) * sources.length + 10 * sources.length - 5);
  });

  it('reads again what its store has lost, even if no batch is in progress', async () => {
    const sources = await fill(40);
    const publisher = await harness().createPublisher();
    const store = new TestStore();
    const consumer = await harness().createConsumer();
    await consumer.start(store.handlers());
    const standsAt = (position: number) => sources.filter((name) => store.positions.get(name) === position);
    await store.until(() => standsAt(40).length === sources.length);
    const lose = async () => {
      // The consumer also knows its last batch.
      await eventually(
        () => consumer.inHand(),
        (inHand) => inHand === 0,
      );
      for (const source of sources) store.positions.set(source, null);
      store.marks.clear();
    };

    await lose();
    consumer.reposition?.();
    await store.until(() => standsAt(40).length === sources.length);
    assert.equal(store.duplicates, 40 * sources.length);

    // Nothing announces that the store lost data: the next batch detects it, for all sources.
    await lose();
    await publisher.publish(bodiesOf(10, 'after-'));
    await store.until(() => standsAt(40).length === sources.length - 1 && standsAt(50).length === 1);
    assert.equal(store.duplicates, 2 * 40 * sources.length);
    assert.deepEqual([store.overlaps, store.fatal], [0, []]);
  });

  it('changes nothing when it is asked to check a store that has lost nothing', async () => {
    const sources = await fill(40);
    const store = new TestStore();
    const consumer = await harness().createConsumer();
    await consumer.start(store.handlers());
    await store.until(() => store.size === 40 * sources.length);
    await eventually(
      () => consumer.inHand(),
      (inHand) => inHand === 0,
    );
    const asked = store.asked;
    consumer.reposition?.();
    await eventually(
      () => store.asked,
      (count) => count > asked,
    );
    const publisher = await harness().createPublisher();
    for (let call = 0; call < sources.length; call++) await publisher.publish(bodiesOf(10, `more-${call}-`));
    await store.until(() => store.size === 50 * sources.length);
    assert.deepEqual([store.duplicates, store.moves, store.asked - asked], [0, 0, 1]);
  });

  it('runs handlers of different sources concurrently, and those of one source in sequence', async () => {
    const sources = await fill(10);
    const store = new TestStore();
    let atOnce = 0;
    let most = 0;
    const { promise: all, resolve } = Promise.withResolvers<void>();
    store.beforeStore = async () => {
      atOnce++;
      most = Math.max(most, atOnce);
      if (atOnce === sources.length) resolve();
      await all;
      atOnce--;
    };
    await consumeAll(store, 10 * sources.length);
    assert.deepEqual([most, store.overlaps], [sources.length, 0]);
  });

  it('refuses every operation of a handler whose partitions were reassigned meanwhile', async () => {
    const sources = await fill(10);
    const backlog = await harness().createBacklogReader();
    const store = new TestStore();
    const held: DeliveryBatch[] = [];
    const { promise: passed, resolve: wake } = Promise.withResolvers<void>();
    const refusals: string[] = [];
    store.beforeStore = async (batch) => {
      if (held.length === sources.length) return;
      held.push(batch);
      await passed;
      for (const attempt of [() => batch.park([{ index: 0, reason: 'too late' }]), () => batch.keepAlive()])
        await attempt().then(
          () => refusals.push('none'),
          () => refusals.push('refused'),
        );
    };
    const zombie = await harness().createConsumer('zombie');
    await zombie.start(store.handlers());
    await store.until(() => store.batches.length === sources.length);
    const successor = await harness().createConsumer('successor');
    await successor.start(store.handlers());
    // By then the zombie's partitions have been reassigned, whether it knows that or not.
    await eventually(
      () => successor.assignments(),
      (assigned) => assigned.length > 0,
    );
    wake();
    await store.until(() => store.size === 10 * sources.length && refusals.length === 2 * sources.length);
    assert.deepEqual(new Set(refusals), new Set(['refused']));
    assert.deepEqual([store.duplicates, store.fatal], [0, []]);
    assert.equal((await backlog.read(store.positions)).deadLetters, 0);
  });

  it('names its sources while it holds them', async () => {
    const sources = await fill(1);
    const store = new TestStore();
    const consumer = await harness().createConsumer();
    assert.deepEqual(consumer.assignments(), []);
    await consumer.start(store.handlers());
    await eventually(
      () => consumer.assignments(),
      (held) => held.length === sources.length,
    );
    assert.deepEqual([...consumer.assignments()].sort(), [...sources].sort());
    await consumer.stop();
    assert.deepEqual(consumer.assignments(), []);
  });
}
