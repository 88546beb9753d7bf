import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '@caudal/common/errors';
import { createLogger } from '@caudal/common/logging';
import type { BatchOutcome, DeliveryBatch } from '@caudal/common/messaging';
import { createMemoryStore } from '@caudal/common/stores';
import { decodeAttempt } from '../src/attempt.ts';
import { BATCH_CRASHES, KillerGuard, LONE_CRASHES } from '../src/killer-guard.ts';

const LOGGER = createLogger('test', 'silent');
const KILLER = 'killer';
const SOURCES = ['message:0', 'message:1', 'message:2'];

/** What a process does with a batch; `crash` never ends, as for a process that is gone. */
type Behaviour = (batch: DeliveryBatch) => Promise<BatchOutcome> | 'crash';

/** Three partitions of 20 messages, a store, and consumers one after the other. */
class Lane {
  readonly store = createMemoryStore();
  readonly logs = SOURCES.map((source) => Array.from({ length: 20 }, (_, offset) => `${source}-${offset}`));
  readonly stored: string[] = [];
  readonly parked: string[] = [];
  readonly handed: number[] = [];
  processes = 0;

  /** Starts a process and lets it work until it crashed or has nothing left; resolves with whether it crashed. */
  async run(
    options: { readonly behaviour?: Behaviour; readonly batchMessages?: number } = {},
  ): Promise<boolean> {
    const { behaviour = () => Promise.resolve({ kind: 'stored' } as const), batchMessages = 8 } = options;
    const { promise: crashed, resolve: crash } = Promise.withResolvers<true>();
    let isGone = false;
    const store = async (batch: DeliveryBatch): Promise<BatchOutcome> => {
      await this.store.apply({ envelopes: [], positions: batch.position ? [batch.position] : [] });
      return { kind: 'stored' };
    };
    const stopping = new AbortController().signal;
    const guard = new KillerGuard({
      process: `process-${this.processes++}`,
      store: this.store,
      logger: LOGGER,
      handlers: {
        handle: async (batch) => {
          if (isGone) return new Promise(() => undefined);
          this.handed.push(batch.bodies.length);
          const done = behaviour(batch);
          if (done === 'crash' || batch.bodies.some((body) => body.includes(KILLER))) {
            isGone = true;
            crash(true);
            return new Promise(() => undefined);
          }
          const outcome = await done;
          if (isGone) return new Promise(() => undefined);
          if (outcome.kind !== 'stored') return outcome;
          this.stored.push(...batch.bodies.map(String));
          return store(batch);
        },
        parkUnread: (batch, reason) => {
          this.parked.push(`${batch.bodies.map(String).join()}: ${reason}`);
          return store(batch);
        },
      },
    });
    guard.assigned(await this.store.logStates(SOURCES));
    const works = SOURCES.map(async (source, id) => {
      for (;;) {
        const from = (await this.store.positions([source])).get(source) ?? 0;
        const bodies = (this.logs[id] ?? []).slice(from, from + batchMessages);
        if (bodies.length === 0) return;
        await guard.handle(batchOf(source, from, bodies), stopping);
      }
    });
    return Promise.race([crashed, Promise.all(works).then(() => false)]);
  }

  /** Processes that died over what is next of a source, as the store remembers. */
  async crashes(source = 'message:0'): Promise<number> {
    const state = (await this.store.logStates([source])).get(source);
    return decodeAttempt(state?.attempt ?? '')?.processes.length ?? 0;
  }
}

function batchOf(source: string, from: number, bodies: readonly string[]): DeliveryBatch {
  return {
    bodies: bodies.map((body) => Buffer.from(body)),
    redelivered: 0,
    position: { source, expected: from === 0 ? null : from, next: from + bodies.length },
    firstOffset: from,
    slice: (first, end) => batchOf(source, from + first, bodies.slice(first, end)),
    keepAlive: () => Promise.resolve(),
    park: () => Promise.resolve(),
  };
}

async function runUntilDone(lane: Lane, most = 50): Promise<number> {
  for (let runs = 1; runs <= most; runs++) if (!(await lane.run())) return runs;
  throw new Error(`still crashing after ${most} processes`);
}

describe('the guard against messages that kill their consumer', () => {
  it('parks the killer and nothing else, and stores everything else once', async () => {
    const lane = new Lane();
    const log = lane.logs[1] ?? [];
    log[5] = KILLER;
    const runs = await runUntilDone(lane);
    assert.equal(runs, BATCH_CRASHES + LONE_CRASHES + 1);
    assert.deepEqual(lane.parked, [
      `${KILLER}: killed its consumer ${LONE_CRASHES} times while it was handled alone`,
    ]);
    assert.deepEqual(
      [...lane.stored].sort(),
      lane.logs
        .flat()
        .filter((body) => body !== KILLER)
        .sort(),
    );
  });

  it('parks several killers, side by side, in several partitions, first and last', async () => {
    const lane = new Lane();
    for (const [partition, offset] of [
      [0, 0],
      [0, 1],
      [1, 7],
      [2, 19],
    ] as const)
      (lane.logs[partition] ?? [])[offset] = `${KILLER}-${partition}-${offset}`;
    await runUntilDone(lane);
    assert.equal(lane.parked.length, 4);
    assert.ok(lane.parked.every((text) => text.startsWith(KILLER)));
    assert.deepEqual(
      [...lane.stored].sort(),
      lane.logs
        .flat()
        .filter((body) => !body.startsWith(KILLER))
        .sort(),
    );
  });

  it('handles batches as they come while nothing crashes', async () => {
    const lane = new Lane();
    assert.equal(await lane.run(), false);
    assert.deepEqual(lane.handed, [8, 8, 8, 8, 8, 8, 4, 4, 4]);
  });

  it('finds a killer in a batch that is not the first of its assignment', async () => {
    const lane = new Lane();
    (lane.logs[0] ?? [])[13] = KILLER;
    await runUntilDone(lane);
    assert.equal(lane.parked.length, 1);
    assert.equal(lane.stored.length, 59);
  });

  it('finds a killer whatever sizes the batches have after each crash', async () => {
    const lane = new Lane();
    (lane.logs[0] ?? [])[6] = KILLER;
    for (const batchMessages of [20, 8, 7, 20, 9, 8]) await lane.run({ batchMessages });
    await runUntilDone(lane);
    assert.equal(lane.parked.length, 1);
    assert.equal(lane.stored.length, 59);
  });

  for (const [what, behaviour] of [
    ['stops', () => Promise.reject(new AppError('STOPPING', 'stopping while the store is away'))],
    ['is refused by the store', () => Promise.reject(new AppError('STORE_REJECTED', 'wrong type'))],
    ['is behind the store', () => Promise.resolve({ kind: 'moved', position: null } as const)],
    [
      'has lost its partitions',
      (batch: DeliveryBatch) => batch.keepAlive().then(() => ({ kind: 'stored' }) as const),
    ],
  ] as const) {
    it(`does not count a process that ${what}`, async () => {
      const lane = new Lane();
      const stopping = new AbortController().signal;
      for (let round = 0; round < BATCH_CRASHES + LONE_CRASHES + 1; round++) {
        const guard = new KillerGuard({
          store: lane.store,
          logger: LOGGER,
          handlers: {
            handle: behaviour,
            parkUnread: () => Promise.reject(new Error('nothing is to be parked')),
          },
        });
        guard.assigned(await lane.store.logStates(SOURCES));
        const batch = batchOf('message:0', 0, ['a', 'b']);
        const lost = Promise.reject(new TypeError('rebalance in progress'));
        lost.catch(() => undefined);
        await guard.handle({ ...batch, keepAlive: () => lost }, stopping).catch(() => undefined);
        assert.equal(await lane.crashes(), 0);
      }
    });
  }

  it('counts a process that a defect ended as it counts a crash', async () => {
    const lane = new Lane();
    const guard = new KillerGuard({
      store: lane.store,
      logger: LOGGER,
      handlers: {
        handle: () => Promise.reject(new TypeError('a defect')),
        parkUnread: () => Promise.reject(new Error('too early')),
      },
    });
    guard.assigned(await lane.store.logStates(SOURCES));
    await assert.rejects(
      guard.handle(batchOf('message:0', 0, ['a']), new AbortController().signal),
      /a defect/,
    );
    assert.equal(await lane.crashes(), 1);
  });

  it('never parks a message because of another one that was in progress at the same time', async () => {
    const lane = new Lane();
    (lane.logs[2] ?? [])[0] = KILLER;
    // Slow enough to be in hand still whenever the killer strikes.
    const behaviour: Behaviour = async () => {
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      return { kind: 'stored' };
    };
    let runs = 0;
    while (await lane.run({ behaviour })) runs++;
    assert.equal(runs, BATCH_CRASHES + LONE_CRASHES);
    assert.equal(lane.parked.length, 1);
    assert.match(lane.parked.join(), /^killer:/);
    assert.equal(lane.stored.length, 59);
  });

  it('parks nothing after fewer kills from outside, whatever was in hand', async () => {
    const lane = new Lane();
    for (let kill = 1; kill < BATCH_CRASHES + LONE_CRASHES; kill++)
      assert.equal(await lane.run({ behaviour: () => 'crash' }), true);
    assert.equal(await lane.run(), false);
    assert.deepEqual([lane.parked, lane.stored.length], [[], 60]);
  });

  it('handles and stores while attempts cannot be noted', async () => {
    const lane = new Lane();
    lane.store.noteAttempt = () =>
      Promise.reject(new AppError('STORE_UNAVAILABLE', 'planned', { retriable: true }));
    assert.equal(await lane.run(), false);
    assert.equal(lane.stored.length, 60);
  });

  it('lets a queue’s batches through', async () => {
    const lane = new Lane();
    const guard = new KillerGuard({
      store: lane.store,
      logger: LOGGER,
      handlers: {
        handle: () => Promise.resolve({ kind: 'stored' }),
        parkUnread: () => Promise.reject(new Error('nothing is to be parked')),
      },
    });
    const { bodies, park, keepAlive } = batchOf('queue', 0, ['a']);
    const outcome = await guard.handle(
      { bodies, park, keepAlive, redelivered: 0 },
      new AbortController().signal,
    );
    assert.deepEqual(outcome, { kind: 'stored' });
  });
});
