import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '@caudal/common/errors';
import { createLogger } from '@caudal/common/logging';
import type { DeliveryBatch, PoisonItem } from '@caudal/common/messaging';
import { createPersist } from '../../src/database/persist.ts';
import { decodeOrder, encodeRecord, type OrderRecord } from '../../src/domain/records.ts';
import { createRecordHandler } from '../../src/log/handle-records.ts';
import { MemoryOrderBook } from '../support/memory-order-book.ts';
import { orderRecord } from '../support/order-records.ts';
import { recordingIntakeMetrics } from '../support/recording-metrics.ts';

const SOURCE = 'orders:0';
const away = new AppError('STORE_UNAVAILABLE', 'away', { retriable: true });

function bed() {
  const book = new MemoryOrderBook();
  const metrics = recordingIntakeMetrics();
  const retries: unknown[] = [];
  const stopping = new AbortController();
  const handleUntil = createRecordHandler({
    decode: decodeOrder,
    take: (orders, position) => book.takeIn(orders, position),
    persist: createPersist((error) => void retries.push(error)),
    metrics,
    logger: createLogger('test', 'silent'),
  });
  const handle = (batch: DeliveryBatch) => handleUntil(batch, stopping.signal);
  return { book, metrics: metrics.seen, retries, stopping, handle };
}

/** A batch as an adapter hands it over, with what was parked and how often it was kept alive. */
function batchOf(
  bodies: readonly (OrderRecord | string)[],
  expected: number | null = null,
  more: Partial<DeliveryBatch> = {},
) {
  const seen = { parked: [] as PoisonItem[], keptAlive: 0 };
  const batch: DeliveryBatch = {
    bodies: bodies.map((body) => (typeof body === 'string' ? Buffer.from(body) : encodeRecord(body))),
    redelivered: 0,
    position: { source: SOURCE, expected, next: (expected ?? 0) + bodies.length, marks: 'marks' },
    park(items) {
      seen.parked.push(...items);
      return Promise.resolve();
    },
    keepAlive() {
      seen.keptAlive += 1;
      return Promise.resolve();
    },
    ...more,
  };
  return { batch, seen };
}

describe('the handling of records', () => {
  it('takes records in with their position, each once', async () => {
    const { handle, book, metrics } = bed();
    const [a, b, c] = [orderRecord(), orderRecord(), orderRecord()];
    assert.deepEqual(await handle(batchOf([a, b]).batch), { kind: 'stored' });
    assert.deepEqual(await handle(batchOf([b, c], 2).batch), { kind: 'stored' });
    assert.deepEqual(await handle(batchOf([a], 4).batch), { kind: 'stored' });
    assert.deepEqual(
      [...book.orders.values()].map(({ record }) => record),
      [a, b, c],
    );
    assert.deepEqual([metrics.fresh, metrics.duplicates], [3, 2]);
    assert.deepEqual(
      await book.logStates([SOURCE, 'orders:1']),
      new Map([
        [SOURCE, { position: 5, marks: 'marks', attempt: '' }],
        ['orders:1', { position: null, marks: '', attempt: '' }],
      ]),
    );
  });

  it('parks what is no order, with the reason, and moves past it', async () => {
    const { handle, book, metrics } = bed();
    const order = orderRecord();
    const bad = [
      'not JSON',
      '[]',
      'null',
      JSON.stringify({ ...orderRecord(), version: 2 }),
      JSON.stringify({ ...orderRecord(), orderid: 'x' }),
      JSON.stringify({ ...orderRecord(), row: 0 }),
      JSON.stringify({ ...orderRecord(), gameid: 2 ** 31 }),
      JSON.stringify({ ...orderRecord(), priceCents: 1e12 }),
      JSON.stringify({ ...orderRecord(), name: '' }),
      JSON.stringify({ ...orderRecord(), language: 'fr' }),
    ];
    const { batch, seen } = batchOf([order, ...bad]);
    assert.deepEqual(await handle(batch), { kind: 'stored' });
    assert.deepEqual(
      seen.parked.map(({ index }) => index),
      bad.map((_, index) => index + 1),
    );
    assert.match(seen.parked[0]?.reason ?? '', /^not JSON: /);
    assert.match(seen.parked[4]?.reason ?? '', /orderid/);
    assert.match(seen.parked[7]?.reason ?? '', /priceCents/);
    assert.deepEqual([...book.orders.keys()], [order.orderid]);
    assert.equal(metrics.parked, bad.length);
  });

  it('stores the position of a batch that has no order at all', async () => {
    const { handle, book } = bed();
    assert.deepEqual(await handle(batchOf(['poison']).batch), { kind: 'stored' });
    const states = await book.logStates([SOURCE]);
    assert.equal(states.get(SOURCE)?.position, 1);
  });

  it('does not move past what could not be parked yet', async () => {
    const { handle, book } = bed();
    let attempts = 0;
    const { batch, seen } = batchOf(['poison'], null, {
      park() {
        attempts += 1;
        assert.equal(book.calls.length, 0);
        return attempts < 3
          ? Promise.reject(new AppError('BROKER_UNAVAILABLE', 'away', { retriable: true }))
          : Promise.resolve();
      },
    });
    assert.deepEqual(await handle(batch), { kind: 'stored' });
    assert.deepEqual([attempts, seen.keptAlive], [3, 2]);
  });

  it('gives up parking when the service stops, and at an error that no retry can help', async () => {
    const { handle, book, stopping } = bed();
    const lost = new AppError('BROKER_UNAVAILABLE', 'no longer assigned');
    await assert.rejects(handle(batchOf(['poison'], null, { park: () => Promise.reject(lost) }).batch), lost);
    stopping.abort();
    const gone = new AppError('BROKER_UNAVAILABLE', 'away', { retriable: true });
    await assert.rejects(handle(batchOf(['poison'], null, { park: () => Promise.reject(gone) }).batch), {
      code: 'STOPPING',
    });
    assert.deepEqual(book.calls, []);
  });

  it('follows the book when another process was faster', async () => {
    const { handle, book, metrics } = bed();
    await handle(batchOf([orderRecord(), orderRecord()]).batch);
    assert.deepEqual(await handle(batchOf([orderRecord()], null).batch), { kind: 'moved', position: 2 });
    assert.deepEqual(await handle(batchOf([orderRecord()], 1).batch), { kind: 'moved', position: 2 });
    assert.equal(book.orders.size, 2);
    assert.equal(metrics.redelivered, 2);
  });

  it('waits while the book is away, and holds on to the batch', async () => {
    const { handle, book, metrics, retries } = bed();
    book.failures.push({ method: 'takeIn', error: away }, { method: 'takeIn', error: away });
    const { batch, seen } = batchOf([orderRecord()]);
    assert.deepEqual(await handle(batch), { kind: 'stored' });
    assert.deepEqual([seen.keptAlive, retries.length, metrics.fresh], [2, 2, 1]);
  });

  it('recognises by the position that a lost reply was a success', async () => {
    const { handle, book, metrics } = bed();
    book.failures.push({ method: 'takeIn', error: away, after: true });
    assert.deepEqual(await handle(batchOf([orderRecord()]).batch), { kind: 'stored' });
    assert.deepEqual([book.orders.size, metrics.redelivered, metrics.fresh], [1, 0, 1]);
  });

  it('does not take the same position at a first attempt for its own success', async () => {
    const { handle } = bed();
    await handle(batchOf([orderRecord()]).batch);
    assert.deepEqual(await handle(batchOf([orderRecord()], null).batch), { kind: 'moved', position: 1 });
  });

  it('gives a batch up that was lost meanwhile, and when the service stops', async () => {
    const { handle, book, stopping } = bed();
    book.failures.push({ method: 'takeIn', error: away });
    const lost = new AppError('BROKER_UNAVAILABLE', 'no longer assigned');
    await assert.rejects(
      handle(batchOf([orderRecord()], null, { keepAlive: () => Promise.reject(lost) }).batch),
      lost,
    );
    book.failures.push({ method: 'takeIn', error: away });
    stopping.abort();
    await assert.rejects(handle(batchOf([orderRecord()]).batch), { code: 'STOPPING' });
    assert.equal(book.orders.size, 0);
  });

  it('refuses a batch without a position', async () => {
    const { handle } = bed();
    const { position: _, ...batch } = batchOf([orderRecord()]).batch;
    await assert.rejects(handle(batch), TypeError);
  });

  it('does not take a position beyond its own for its success', async () => {
    const { handle, book } = bed();
    await handle(batchOf([orderRecord(), orderRecord()]).batch);
    book.failures.push({ method: 'takeIn', error: away });
    assert.deepEqual(await handle(batchOf([orderRecord()]).batch), { kind: 'moved', position: 2 });
  });
});
