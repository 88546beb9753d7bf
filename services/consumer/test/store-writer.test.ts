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

  it('waits while the store is away, says so, and goes on by itself', async () => {
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

  it('tells only the slice whose position stands elsewhere, and writes the others', async () => {
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

  it('does not wait for a store that is away once it stops', async () => {
    const { writer, stop } = writerOver(() => () => Promise.reject(away()));
    const written = writer.write({ envelopes: [envelope(0)], keepAlive: alive });
    stop.abort();
    await assert.rejects(written, { code: 'STOPPING' });
  });

  it('passes on what cannot be mended, and writes what comes after', async () => {
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
