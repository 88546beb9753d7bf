import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '@caudal/common/errors';
import { createLogger } from '@caudal/common/logging';
import { createMemoryStore } from '@caudal/common/stores';
import { createBatchHandler } from '../src/handle-batch.ts';
import { StoreWriter } from '../src/store-writer.ts';
import { batchOf, envelope, recordingMetrics } from './fakes.ts';

function handlerOverMemory(countries?: readonly string[]) {
  const store = createMemoryStore();
  const metrics = recordingMetrics();
  const stop = new AbortController();
  const writer = new StoreWriter({
    store,
    metrics,
    logger: createLogger('test', 'silent'),
    maxMessages: 1_000,
    stopping: stop.signal,
  });
  return { handle: createBatchHandler(writer, metrics, countries), store, metrics, stop };
}

describe('the batch handler', () => {
  it('parks poison with its reason and stores the rest', async () => {
    const { handle, store, metrics, stop } = handlerOverMemory();
    const batch = batchOf([envelope(0), 'not json', envelope(1, 'FR'), '{}']);
    assert.deepEqual(await handle(batch, stop.signal), { kind: 'stored' });
    assert.deepEqual(batch.parked, [
      { index: 1, reason: 'not JSON' },
      { index: 3, reason: 'country: not an ISO 3166-1 alpha-2 code' },
    ]);
    assert.deepEqual((await store.totals()).byCountry, { ES: 1, FR: 1 });
    assert.deepEqual(metrics.events, ['parked 2']);
  });

  it('stores nothing before the poison is parked', async () => {
    const { handle, store, stop } = handlerOverMemory();
    let attempts = 0;
    const batch = batchOf([envelope(0), 'x'], {
      async park() {
        attempts += 1;
        assert.equal((await store.totals()).total, 0);
        if (attempts < 3) throw new AppError('BROKER_UNAVAILABLE', 'gone', { retriable: true });
      },
    });
    assert.deepEqual(await handle(batch, stop.signal), { kind: 'stored' });
    assert.equal(attempts, 3);
  });

  it('moves the position over a batch that is all poison', async () => {
    const { handle, store, stop } = handlerOverMemory();
    await handle(
      batchOf(['x', 'y'], { position: { source: 'message:3', expected: null, next: 2 } }),
      stop.signal,
    );
    assert.deepEqual(await store.positions(['message:3']), new Map([['message:3', 2]]));
  });

  it('acknowledges a queue batch that is all poison without asking the store', async () => {
    const { handle, metrics, stop } = handlerOverMemory();
    assert.deepEqual(await handle(batchOf(['x']), stop.signal), { kind: 'stored' });
    assert.deepEqual(metrics.seen.batches, []);
  });

  it('counts what the broker delivers again once', async () => {
    const { handle, store, metrics, stop } = handlerOverMemory();
    await handle(batchOf([envelope(0), envelope(1)]), stop.signal);
    await handle(batchOf([envelope(0), envelope(1)], { redelivered: 2 }), stop.signal);
    assert.equal((await store.totals()).total, 2);
    assert.deepEqual([metrics.seen.redelivered, metrics.seen.duplicates], [2, 2]);
  });

  it('skips the countries that its lane does not take, and counts them once they are behind it', async () => {
    const { handle, store, metrics, stop } = handlerOverMemory(['ES', 'PT']);
    const position = { source: 'message:3', expected: null, next: 4 };
    const batch = batchOf([envelope(0), envelope(1, 'FR'), 'x', envelope(2, 'PT')], { position });
    assert.deepEqual(await handle(batch, stop.signal), { kind: 'stored' });
    assert.deepEqual((await store.totals()).byCountry, { ES: 1, PT: 1 });
    assert.deepEqual(await store.positions(['message:3']), new Map([['message:3', 4]]));
    assert.deepEqual(metrics.events, ['parked 1', 'skipped 1']);
    // The store is elsewhere: it is read again from there, so nothing was skipped yet.
    const behind = batchOf([envelope(3, 'FR')], { position: { ...position, expected: 9, next: 10 } });
    assert.deepEqual(await handle(behind, stop.signal), { kind: 'moved', position: 4 });
    assert.deepEqual(metrics.events, ['parked 1', 'skipped 1']);
  });

  it('moves the position over a batch of other countries, and acknowledges one of a queue', async () => {
    const { handle, store, metrics, stop } = handlerOverMemory(['ES']);
    const others = [envelope(0, 'FR'), envelope(1, 'PT')];
    const position = { source: 'message:0', expected: null, next: 2 };
    assert.deepEqual(await handle(batchOf(others, { position }), stop.signal), { kind: 'stored' });
    assert.deepEqual(await store.positions(['message:0']), new Map([['message:0', 2]]));
    assert.deepEqual(await handle(batchOf(others), stop.signal), { kind: 'stored' });
    assert.deepEqual(metrics.events, ['skipped 2', 'skipped 2']);
    assert.equal((await store.totals()).total, 0);
  });

  it('gives up unparked poison when it stops, so that the broker delivers it again', async () => {
    const { handle, stop } = handlerOverMemory();
    const batch = batchOf(['x'], {
      park: () => Promise.reject(new AppError('BROKER_UNAVAILABLE', 'gone', { retriable: true })),
    });
    const handled = handle(batch, stop.signal);
    stop.abort();
    await assert.rejects(handled, { code: 'STOPPING' });
  });
});
