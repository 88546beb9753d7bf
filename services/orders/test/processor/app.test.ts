import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { AppError } from '@caudal/common/errors';
import { createLogger } from '@caudal/common/logging';
import { MemoryLog } from '@caudal/common/messaging';
import { createRegistry, type Registry } from '@caudal/common/metrics';
import { eventually, metricValue } from '@caudal/common/testing';
import { encodeRecord } from '../../src/domain/records.ts';
import { createProcessorApp, type ProcessorApp } from '../../src/processor/app.ts';
import { createProcessorMetrics } from '../../src/processor/metrics.ts';
import { MemoryOrderBook } from '../support/memory-order-book.ts';
import { orderRecord } from '../support/order-records.ts';

describe('the processor', () => {
  let orders: MemoryLog;
  let confirmed: MemoryLog;
  let book: MemoryOrderBook;
  let registry: Registry;
  let app: ProcessorApp;
  let fatal: unknown[];
  let stopping: AbortController;
  beforeEach(() => {
    orders = new MemoryLog({ name: 'orders' });
    confirmed = new MemoryLog({ name: 'confirmed' });
    book = new MemoryOrderBook();
    registry = createRegistry();
    fatal = [];
    stopping = new AbortController();
    app = createProcessorApp({
      consumer: orders.createConsumer(),
      writer: confirmed.createWriter(),
      book,
      metrics: createProcessorMetrics(registry, 'orders'),
      logger: createLogger('test', 'silent'),
      tickMaxOrders: 10,
      relays: 2,
      stopping: stopping.signal,
      onFatal: (error) => void fatal.push(error),
    });
  });
  afterEach(async () => {
    stopping.abort();
    for (const [, stop] of app.stops) await stop();
    assert.deepEqual(fatal, []);
  });

  const accept = (count: number): void =>
    orders.append(Array.from({ length: count }, () => encodeRecord(orderRecord())));
  const states = (): readonly number[] => [...book.orders.values()].map(({ state }) => state);
  const untilAll = (state: number, count: number) =>
    eventually(states, (all) => all.length === count && all.every((each) => each === state));
  const announced = async (): Promise<number> =>
    metricValue(await registry.metrics(), 'caudal_relayed_records_total') ?? 0;

  it('takes orders in, moves them and announces every state', async () => {
    await app.start();
    accept(5);
    await untilAll(1, 5);
    for (const state of [2, 3, 4]) {
      book.nowMs += 100;
      await untilAll(state, 5);
    }
    await eventually(announced, (n) => n === 20);
    assert.equal([0, 1, 2].flatMap((partition) => confirmed.fetch(partition, 0)).length, 20);
    assert.deepEqual(app.checks(), { kafka: { ok: true }, memory: { ok: true } });
    await eventually(
      async () => metricValue(await registry.metrics(), 'caudal_orders{state="finished"}'),
      (n) => n === 5,
    );
    const text = await registry.metrics();
    for (const [series, value] of [
      ['caudal_orders_taken_in_total', 5],
      ['caudal_order_duplicates_total', 0],
      ['caudal_order_transitions_total{state="preparing"}', 5],
      ['caudal_order_transitions_total{state="finished"}', 5],
      ['caudal_order_timer_lateness_seconds_count', 15],
      ['caudal_orders{state="cancelled"}', 0],
      ['caudal_order_redeliveries_total{topic="orders"}', 0],
      ['caudal_order_dead_letters_total{topic="orders"}', 0],
      ['caudal_order_database_retries_total{service="processor"}', 0],
    ] as const)
      assert.equal(metricValue(text, series), value, series);
  });

  it('runs timers and takes orders in while nothing can be announced', async () => {
    await app.start();
    confirmed.faults.down = true;
    accept(2);
    await untilAll(1, 2);
    book.nowMs += 100;
    await untilAll(2, 2);
    assert.equal(book.outbox.length, 4);
    confirmed.faults.down = false;
    await eventually(
      () => book.outbox.length,
      (n) => n === 0,
    );
  });

  it('runs timers before the log is there for the first time', async () => {
    confirmed.faults.down = true;
    await book.takeIn([orderRecord()], { source: 'orders:0', expected: null, next: 0 });
    const started = app.start();
    book.nowMs += 100;
    await untilAll(2, 1);
    confirmed.faults.down = false;
    await started;
    await eventually(announced, (n) => n === 2);
  });

  it('starts no more when it is stopped while it waits for the log', async () => {
    confirmed.faults.down = true;
    const started = app.start();
    await eventually(
      () => book.calls,
      (calls) => calls.includes('tick'),
    );
    stopping.abort();
    await started;
    assert.equal(await announced(), 0);
  });

  it('says what it is not connected to', async () => {
    assert.deepEqual(app.checks().kafka, { ok: false, detail: 'not connected' });
    book.isConnected = false;
    assert.deepEqual(app.checks().memory, { ok: false, detail: 'away' });
    await app.start();
    assert.deepEqual(app.checks().kafka, { ok: true });
  });

  it('reads again what the book has lost when its connection is back', async () => {
    await app.start();
    accept(3);
    await untilAll(1, 3);
    book.lose();
    book.reconnect();
    await untilAll(1, 3);
  });

  it('deletes what is no longer kept until nothing is left', async () => {
    book.expired = [10_000, 10_000, 7];
    await app.start();
    await eventually(
      () => book.calls.filter((call) => call === 'expire').length,
      (n) => n === 4,
    );
  });

  it('does not start with a book that refuses it', async () => {
    const error = new AppError('STORE_REJECTED', 'a newer schema');
    book.failures.push({ method: 'connect', error });
    await assert.rejects(app.start(), error);
    assert.deepEqual(book.calls, ['connect']);
  });
});
