import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '@caudal/common/errors';
import { createLogger } from '@caudal/common/logging';
import { type CountStore, createMemoryStore } from '@caudal/common/stores';
import { StoreWriter } from '../src/store-writer.ts';
import { envelope, recordingMetrics } from './fakes.ts';

const away = () => new AppError('STORE_UNAVAILABLE', 'redis: Connection is closed.', { retriable: true });
const alive = () => Promise.resolve();

function writerOver(apply: (inner: CountStore) => CountStore['apply'], maxMessages = 1_000) {
  const inner = createMemoryStore();
  const metrics = recordingMetrics();
  const stop = new AbortController();
  const writer = new StoreWriter({
    store: { ...inner, apply: apply(inner) },
    metrics,
    logger: createLogger('test', 'silent'),
    maxMessages,
    stopping: stop.signal,
  });
  return { writer, inner, metrics, stop };
}

describe('StoreWriter', () => {
  it('joins what comes together into one transaction, up to its bound', async () => {
    const { writer, metrics } = writerOver((inner) => inner.apply, 5);
    const slices = [2, 2, 2, 9].map((size, number) => ({
      envelopes: Array.from({ length: size }, (_, i) => envelope(number * 10 + i)),
      keepAlive: alive,
    }));
    const outcomes = await Promise.all(slices.map((slice) => writer.write(slice)));
    assert.deepEqual(outcomes, Array(4).fill({ kind: 'stored' }));
    assert.deepEqual(metrics.seen.batches, [4, 2, 9]);
    assert.equal(metrics.seen.latencies, 15);
  });

  it('waits while the store is away, reports it, and resumes automatically', async () => {
    let refusals = 3;
    const { writer, metrics, inner } = writerOver((store) => (batch) => {
      refusals -= 1;
      if (refusals === 0) assert.equal(writer.pausedBy, 'redis: Connection is closed.');
      return refusals >= 0 ? Promise.reject(away()) : store.apply(batch);
    });
    let kept = 0;
    const outcome = await writer.write({
      envelopes: [envelope(0)],
      keepAlive: () => {
        kept += 1;
        return Promise.resolve();
      },
    });
    assert.deepEqual(outcome, { kind: 'stored' });
    assert.deepEqual(metrics.events, ['paused', 'retry', 'retry', 'retry', 'resumed']);
    assert.equal(kept, 3);
    assert.equal(writer.pausedBy, undefined);
    assert.equal((await inner.totals()).total, 1);
  });

  it('counts once what a lost reply made it write again', async () => {
    let replies = 0;
    const { writer, metrics, inner } = writerOver((store) => async (batch) => {
      const result = await store.apply(batch);
      replies += 1;
      if (replies === 1) throw away();
      return result;
    });
    await writer.write({ envelopes: [envelope(0), envelope(1)], keepAlive: alive });
    assert.equal((await inner.totals()).total, 2);
    assert.equal(metrics.seen.duplicates, 2);
  });

  it('takes a position that its own lost attempt moved as stored', async () => {
    let replies = 0;
    const { writer } = writerOver((store) => async (batch) => {
      const result = await store.apply(batch);
      replies += 1;
      if (replies === 1) throw away();
      return result;
    });
    const position = { source: 'message:0', expected: null, next: 1 };
    assert.deepEqual(await writer.write({ envelopes: [envelope(0)], position, keepAlive: alive }), {
      kind: 'stored',
    });
  });

  it('reports only the slice whose stored position differs, and writes the others', async () => {
    const { writer, inner, metrics } = writerOver((store) => store.apply);
    await inner.apply({ envelopes: [], positions: [{ source: 'message:0', expected: null, next: 40 }] });
    const outcomes = await Promise.all([
      writer.write({
        envelopes: [envelope(0)],
        position: { source: 'message:0', expected: 10, next: 11 },
        keepAlive: alive,
      }),
      writer.write({
        envelopes: [envelope(1)],
        position: { source: 'message:1', expected: null, next: 1 },
        keepAlive: alive,
      }),
    ]);
    assert.deepEqual(outcomes, [{ kind: 'moved', position: 40 }, { kind: 'stored' }]);
    assert.equal((await inner.totals()).total, 1);
    assert.equal(metrics.seen.redelivered, 1);
  });

  it('gives up a slice that is no longer its own, and only that one', async () => {
    let refusals = 1;
    const { writer, inner } = writerOver((store) => (batch) => {
      refusals -= 1;
      return refusals >= 0 ? Promise.reject(away()) : store.apply(batch);
    });
    const lost = writer.write({
      envelopes: [envelope(0)],
      keepAlive: () => Promise.reject(new Error('rebalanced')),
    });
    const kept = writer.write({ envelopes: [envelope(1)], keepAlive: alive });
    await assert.rejects(lost, /rebalanced/);
    assert.deepEqual(await kept, { kind: 'stored' });
    assert.equal((await inner.totals()).total, 1);
  });

  it('keeps what is written while it keeps others alive', async () => {
    let refusals = 1;
    const { writer, inner } = writerOver(
      (store) => (batch) => {
        refusals -= 1;
        return refusals >= 0 ? Promise.reject(away()) : store.apply(batch);
      },
      // One message a group: the second slice waits its turn.
      1,
    );
    const beating = Promise.withResolvers<void>();
    const beat = Promise.withResolvers<void>();
    const retried = writer.write({ envelopes: [envelope(0)], keepAlive: alive });
    const waiting = writer.write({
      envelopes: [envelope(1)],
      keepAlive: () => {
        beating.resolve();
        return beat.promise;
      },
    });
    await beating.promise;
    const late = writer.write({ envelopes: [envelope(2)], keepAlive: alive });
    beat.resolve();
    assert.deepEqual(await Promise.all([retried, waiting, late]), Array(3).fill({ kind: 'stored' }));
    assert.equal((await inner.totals()).total, 3);
  });

  it('keeps what is written while a waiting slice turns out to be lost', async () => {
    let refusals = 1;
    const { writer, inner } = writerOver(
      (store) => (batch) => {
        refusals -= 1;
        return refusals >= 0 ? Promise.reject(away()) : store.apply(batch);
      },
      1,
    );
    const beating = Promise.withResolvers<void>();
    const beat = Promise.withResolvers<void>();
    const retried = writer.write({ envelopes: [envelope(0)], keepAlive: alive });
    const lost = writer.write({
      envelopes: [envelope(1)],
      keepAlive: () => {
        beating.resolve();
        return beat.promise;
      },
    });
    await beating.promise;
    const late = writer.write({ envelopes: [envelope(2)], keepAlive: alive });
    beat.reject(new Error('rebalanced'));
    await assert.rejects(lost, /rebalanced/);
    assert.deepEqual(await Promise.all([retried, late]), Array(2).fill({ kind: 'stored' }));
    assert.deepEqual(await inner.identities(), 2);
  });

  it('stores every partition once when the store comes back, whatever came in meanwhile', async () => {
    const partitions = 12;
    let isAway = true;
    const { writer, inner, metrics } = writerOver(
      (store) => (batch) => (isAway ? Promise.reject(away()) : store.apply(batch)),
      5,
    );
    const written: Promise<unknown>[] = [];
    const writeOffset = (partition: number, offset: number): void => {
      written.push(
        writer.write({
          envelopes: [envelope(offset * partitions + partition)],
          position: {
            source: `message:${partition}`,
            expected: offset === 0 ? null : offset,
            next: offset + 1,
          },
          // Every heartbeat of the first partitions brings one more batch of another partition.
          keepAlive: async () => {
            await Promise.resolve();
            const next = written.length;
            if (next < partitions) writeOffset(next, 0);
            else isAway = false;
          },
        }),
      );
    };
    writeOffset(0, 0);
    writeOffset(1, 0);
    await written[0];
    assert.deepEqual(await Promise.all(written), Array(partitions).fill({ kind: 'stored' }));
    const sources = Array.from({ length: partitions }, (_, partition) => `message:${partition}`);
    assert.deepEqual(
      [...(await inner.positions(sources)).values()],
      sources.map(() => 1),
    );
    assert.deepEqual([(await inner.totals()).total, metrics.seen.duplicates], [partitions, 0]);
  });

  it('fails when the store answers about positions that the batch does not have', async () => {
    let calls = 0;
    const { writer } = writerOver(() => () => {
      calls += 1;
      return Promise.resolve({ kind: 'moved', positions: new Map([['other:0', 7]]) });
    });
    await assert.rejects(
      writer.write({
        envelopes: [envelope(0)],
        position: { source: 'message:0', expected: null, next: 1 },
        keepAlive: alive,
      }),
      { code: 'STORE_REJECTED', message: /other:0/ },
    );
    assert.equal(calls, 1);
  });

  it('is not paused any more once it has nothing left to write', async () => {
    const { writer, metrics } = writerOver(() => () => Promise.reject(away()));
    const lost = writer.write({
      envelopes: [envelope(0)],
      keepAlive: () => Promise.reject(new Error('rebalanced')),
    });
    await assert.rejects(lost, /rebalanced/);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(writer.pausedBy, undefined);
    assert.equal(metrics.events.at(-1), 'resumed');
  });

  it('does not wait for a store that is away once it stops', async () => {
    const { writer, stop } = writerOver(() => () => Promise.reject(away()));
    const written = writer.write({ envelopes: [envelope(0)], keepAlive: alive });
    stop.abort();
    await assert.rejects(written, { code: 'STOPPING' });
  });

  it('passes on errors that a retry cannot fix, and writes what comes after', async () => {
    let calls = 0;
    const { writer } = writerOver((store) => (batch) => {
      calls += 1;
      return calls === 1 ? Promise.reject(new AppError('STORE_REJECTED', 'WRONGTYPE')) : store.apply(batch);
    });
    await assert.rejects(writer.write({ envelopes: [envelope(0)], keepAlive: alive }), {
      code: 'STORE_REJECTED',
    });
    assert.deepEqual(await writer.write({ envelopes: [envelope(1)], keepAlive: alive }), { kind: 'stored' });
  });
});
