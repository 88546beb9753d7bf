import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { AppError } from '@caudal/common/errors';
import { createLogger } from '@caudal/common/logging';
import { eventually } from '@caudal/common/testing';
import type { Loop } from '../../src/loop.ts';
import { createTimer } from '../../src/processor/timer.ts';
import { MemoryOrderBook } from '../support/memory-order-book.ts';
import { orderRecord } from '../support/order-records.ts';
import { recordingMetrics } from '../support/recording-metrics.ts';

describe('the timer', () => {
  let timer: Loop;
  afterEach(() => timer.stop());

  function start(book: MemoryOrderBook, maxOrders = 10) {
    const metrics = recordingMetrics();
    const seen = { wakes: 0, fatal: [] as unknown[] };
    timer = createTimer({
      book,
      metrics,
      logger: createLogger('test', 'silent'),
      maxOrders,
      onMoved: () => {
        seen.wakes += 1;
      },
      onFatal: (error) => void seen.fatal.push(error),
    });
    timer.start();
    return { metrics: metrics.seen, seen };
  }
  async function bookOf(orders: number, stepMs = 100): Promise<MemoryOrderBook> {
    const book = new MemoryOrderBook(stepMs);
    await book.takeIn(
      Array.from({ length: orders }, () => orderRecord()),
      { source: 's:0', expected: null, next: orders },
    );
    return book;
  }

  it('moves what is due, without asking for the next time until nothing was due, and says so', async () => {
    const book = await bookOf(25);
    book.nowMs = 100;
    const { metrics, seen } = start(book);
    await eventually(
      () => metrics.moved.length,
      (n) => n === 25,
    );
    await eventually(
      () => book.calls,
      (calls) => calls.includes('nextDueMs'),
    );
    assert.deepEqual(book.calls.slice(1, 6), ['tick', 'tick', 'tick', 'tick', 'nextDueMs']);
    assert.equal(seen.wakes, 3);
    assert.deepEqual(new Set(metrics.moved.map(({ state }) => state)), new Set([2]));
  });

  it('finds what becomes due, up to the last state', async () => {
    const book = await bookOf(3);
    const { metrics, seen } = start(book);
    for (const state of [2, 3, 4]) {
      book.nowMs += 100;
      await eventually(
        () => [...book.orders.values()].map((order) => order.state),
        (states) => states.every((reached) => reached === state),
      );
    }
    book.nowMs += 100;
    const ticks = book.calls.length;
    await eventually(
      () => book.calls.length,
      (calls) => calls > ticks,
    );
    assert.equal(metrics.moved.length, 9);
    assert.equal(seen.wakes, 3, 'a step that moved nothing wakes no one');
  });

  it('looks again soon though nothing is due for long: other processes take orders in as well', async () => {
    const book = await bookOf(1, 3_600_000);
    const { metrics } = start(book);
    await eventually(
      () => book.calls,
      (calls) => calls.includes('nextDueMs'),
    );
    book.nowMs = 3_600_000;
    await eventually(
      () => metrics.moved.length,
      (n) => n === 1,
    );
  });

  it('continues after an error, which is counted', async () => {
    const book = await bookOf(1);
    book.nowMs = 100;
    const away = new AppError('STORE_UNAVAILABLE', 'away', { retriable: true });
    book.failures.push({ method: 'tick', error: away }, { method: 'nextDueMs', error: away });
    const { metrics, seen } = start(book);
    await eventually(
      () => metrics.retries.length,
      (n) => n === 2,
    );
    await eventually(
      () => metrics.moved.length,
      (n) => n === 1,
    );
    assert.deepEqual(seen.fatal, []);
  });

  it('reports an error that no retry can help', async () => {
    const book = await bookOf(1);
    const error = new AppError('STORE_REJECTED', 'no such function');
    book.failures.push({ method: 'tick', error });
    const { seen } = start(book);
    await eventually(
      () => seen.fatal,
      ({ length }) => length === 1,
    );
    assert.deepEqual(seen.fatal, [error]);
  });
});
