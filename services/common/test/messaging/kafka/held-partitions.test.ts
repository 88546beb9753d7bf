import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { HeldPartitions } from '../../../src/messaging/kafka/held-partitions.ts';
import { createLogBatch } from '../../../src/messaging/kafka/log-batch.ts';
import type { LogReader } from '../../../src/messaging/kafka/placer.ts';
import { TestStore } from '../test-store.ts';

const log: LogReader = {
  bounds: (ids) => Promise.resolve(new Map(ids.map((id) => [id, { low: 0, high: 100 }]))),
  record: () => Promise.resolve(undefined),
};

function hold(store: TestStore) {
  const lost: (readonly number[])[] = [];
  let failures = 0;
  const held = new HeldPartitions({
    topic: 'topic',
    logger: pino({ level: 'silent' }),
    readLog: (work) => work(log),
    onFail: () => {
      failures++;
    },
    onLost: (ids) => lost.push(ids),
  });
  held.start(store.handlers());
  return { held, lost, failures: () => failures };
}

describe('the partitions a consumer holds', () => {
  it('are where their store stands, and ready only once they were placed', async () => {
    const store = new TestStore();
    store.positions.set('topic:1', 12);
    const { held } = hold(store);
    const assignment = held.assign([0, 1]);
    assert.deepEqual([held.isReady(), held.sources()], [false, []]);
    const partitions = [...assignment.partitions.values()];
    assert.equal(await held.position(assignment, partitions), true);
    assignment.positioned = true;
    assert.deepEqual(
      partitions.map(({ readFrom }) => readFrom),
      [0, 12],
    );
    assert.deepEqual([held.isReady(), held.sources()], [true, ['topic:0', 'topic:1']]);
  });

  it('are no longer ours after the next join: what fails for them then is no failure', async () => {
    const store = new TestStore();
    const { held, failures } = hold(store);
    const before = held.assign([0]);
    const { promise, reject } = Promise.withResolvers<void>();
    held.run(() => promise, before);
    const after = held.assign([0]);
    reject(new Error('the store answered too late'));
    await held.settled();
    assert.deepEqual([held.isOurs(before), held.isOurs(after), store.fatal], [false, true, []]);
    held.run(() => Promise.reject(new Error('broken')), after);
    await held.settled();
    assert.deepEqual([held.isIdle(), failures(), store.fatal.map(String)], [true, 1, ['Error: broken']]);
  });

  it('are to be placed again when the store has less than it confirmed, and only then', async () => {
    const store = new TestStore();
    store.positions.set('topic:0', 12);
    const { held, lost } = hold(store);
    const assignment = held.assign([0, 1]);
    await held.position(assignment, [...assignment.partitions.values()]);
    assignment.positioned = true;
    held.reposition();
    await held.settled();
    assert.deepEqual(lost, []);
    store.positions.set('topic:0', 11);
    held.reposition();
    await held.settled();
    assert.deepEqual(lost, [[0, 1]]);
  });

  it('count what a handler has in hand, also when it gives up', async () => {
    const store = new TestStore();
    const { held } = hold(store);
    const counted: number[] = [];
    store.beforeStore = () => {
      counted.push(held.inHand);
      throw new Error('gave up');
    };
    const batch = createLogBatch({
      source: 'topic:0',
      expected: null,
      marks: [],
      bodies: [Buffer.from('a'), Buffer.from('b')],
      offsets: [0, 1],
      next: 2,
      deadLetters: { send: () => Promise.resolve() },
      isOurs: () => true,
    });
    await assert.rejects(held.handle(batch), /gave up/);
    assert.deepEqual([counted, held.inHand], [[2], 0]);
  });
});
