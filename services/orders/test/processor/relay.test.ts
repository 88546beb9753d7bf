import assert from 'node:assert/strict';
import { afterEach, describe, it, mock } from 'node:test';
import { AppError } from '@caudal/common/errors';
import { createLogger } from '@caudal/common/logging';
import type { KeyedRecord, LogWriter } from '@caudal/common/messaging';
import { eventually } from '@caudal/common/testing';
import { decodeConfirmation } from '../../src/domain/records.ts';
import { createRelay, type Relay } from '../../src/processor/relay.ts';
import { MemoryOrderBook } from '../support/memory-order-book.ts';
import { orderRecord } from '../support/order-records.ts';
import { recordingMetrics } from '../support/recording-metrics.ts';

/** A writer whose writes do what the test says. */
function scriptedWriter() {
  const written: KeyedRecord[] = [];
  const script = {
    written,
    isReady: true,
    failures: [] as unknown[],
    held: undefined as Promise<void> | undefined,
    writes: 0,
  };
  const writer: LogWriter = {
    broker: 'memory',
    topic: 'confirmed',
    connect: () => Promise.resolve(),
    async write(records) {
      script.writes += 1;
      await script.held;
      if (script.failures.length > 0) throw script.failures.shift();
      written.push(...records);
    },
    partitionOf: () => 0,
    maxValueBytes: () => 1_000,
    isReady: () => script.isReady,
    close: () => Promise.resolve(),
  };
  return { writer, script };
}

describe('the relay', () => {
  let relay: Relay;
  afterEach(() => relay.stop());

  async function start(orders: number, script: Partial<ReturnType<typeof scriptedWriter>['script']> = {}) {
    const book = new MemoryOrderBook();
    const records = Array.from({ length: orders }, () => orderRecord());
    await book.takeIn(records, { source: 's:0', expected: null, next: orders });
    const scripted = scriptedWriter();
    Object.assign(scripted.script, script);
    const metrics = recordingMetrics();
    const fatal: unknown[] = [];
    relay = createRelay({
      book,
      writer: scripted.writer,
      metrics,
      logger: createLogger('test', 'silent'),
      parallel: 3,
      onFatal: (error) => void fatal.push(error),
    });
    relay.start();
    return { book, records, script: scripted.script, metrics: metrics.seen, fatal };
  }
  const untilEmpty = (book: MemoryOrderBook) =>
    eventually(
      () => book.outbox,
      ({ length }) => length === 0,
    );

  it('writes every transition under the id of its order, and forgets it then', async () => {
    const { book, records, script, metrics } = await start(1_200);
    await untilEmpty(book);
    assert.deepEqual(
      script.written.map(({ key }) => key),
      records.map(({ orderid }) => orderid),
    );
    const [first] = script.written;
    const [order] = records;
    assert.deepEqual(decodeConfirmation(first?.value ?? Buffer.of()), {
      version: 1,
      orderid: order?.orderid,
      number: 1,
      gameid: 87,
      row: 87,
      name: 'Game 87',
      priceCents: 1_999,
      usermail: 'user@example.com',
      language: 'es',
      state: 1,
      estado: 'recibido',
      at: 0,
    });
    await eventually(
      () => metrics.relayed,
      (n) => n === 1_200,
    );
  });

  it('keeps what the log has not confirmed, and announces it again', async () => {
    const timeout = new AppError('BROKER_TIMEOUT', 'late', { retriable: true });
    const { book, script, metrics, fatal } = await start(2, { failures: [timeout] });
    await untilEmpty(book);
    assert.equal(script.written.length, 2);
    assert.deepEqual(metrics.retries, [timeout]);
    assert.deepEqual(fatal, []);
  });

  it('claims nothing while the log is away, and resumes when it is back', async () => {
    const { book, script } = await start(1, { isReady: false });
    relay.wake();
    assert.equal(book.calls.includes('announce'), false);
    script.isReady = true;
    await untilEmpty(book);
  });

  it('gathers what happens one after the other, and announces it together', async () => {
    const { book, script } = await start(20);
    await untilEmpty(book);
    const before = script.writes;
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      for (let tick = 0; tick < 20; tick += 1) {
        book.nowMs += 100;
        await book.tick(1);
        relay.wake();
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      mock.timers.runAll();
      mock.timers.reset();
    }
    await untilEmpty(book);
    const writes = script.writes - before;
    // Each of the three loops may have looked for itself meanwhile.
    assert.ok(writes >= 1 && writes <= 4, `${writes} writes`);
    assert.equal(script.written.length, 40);
  });

  it('announces by a wake soon what happens later', async () => {
    const { book, script } = await start(1);
    await untilEmpty(book);
    book.nowMs = 100;
    await book.tick(10);
    relay.wake();
    await untilEmpty(book);
    assert.equal(script.written.length, 2);
  });

  it('stops after the write in progress, whose transitions are not announced again', async () => {
    const held = Promise.withResolvers<void>();
    const { book, script } = await start(1, { held: held.promise });
    await eventually(
      () => script.writes,
      (n) => n === 1,
    );
    const stopped = relay.stop();
    held.resolve();
    await stopped;
    assert.deepEqual([book.outbox.length, script.written.length, script.writes], [0, 1, 1]);
  });

  it('keeps records that the log refuses until it accepts them, and does not end the process for that', async () => {
    const refused = new AppError('BROKER_REFUSED', 'too large');
    const { book, metrics, fatal } = await start(1, { failures: [refused] });
    await untilEmpty(book);
    const [error] = metrics.retries as readonly AppError[];
    assert.deepEqual([error?.code, error?.message, error?.cause], ['BROKER_REFUSED', 'too large', refused]);
    assert.deepEqual(fatal, []);
  });

  it('reports an error that no retry can help', async () => {
    const { book, fatal } = await start(0);
    const error = new AppError('STORE_REJECTED', 'no such function');
    book.failures.push({ method: 'announce', error });
    relay.wake();
    await eventually(
      () => fatal,
      ({ length }) => length === 1,
    );
    assert.deepEqual(fatal, [error]);
  });
});
