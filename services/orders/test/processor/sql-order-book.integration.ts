import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { AppError } from '@caudal/common/errors';
import { createLogger } from '@caudal/common/logging';
import type { BatchPosition } from '@caudal/common/messaging';
import { eventually, type FaultyProxy, startFaultyProxy, useServers } from '@caudal/common/testing';
import type { Client } from 'pg';
import { openDatabase } from '../../src/database/open-database.ts';
import type { ConfirmationRecord, OrderRecord } from '../../src/domain/records.ts';
import type { OrderBook } from '../../src/processor/order-book.ts';
import { createSqlOrderBook } from '../../src/processor/sql-order-book.ts';
import { orderRecord } from '../support/order-records.ts';
import { type OrdersBed, openOrdersBed } from '../support/orders-bed.ts';

const servers = useServers('postgresql');
const logger = createLogger('test', 'silent');
const SOURCE = 'orders:0';

describe('the book in PostgreSQL', () => {
  let bed: OrdersBed;
  let proxy: FaultyProxy;
  let owner: Client;
  const books: OrderBook[] = [];
  before(async () => {
    bed = await openOrdersBed(servers());
    const { hostname, port } = new URL(bed.urls.processor);
    proxy = await startFaultyProxy({ host: hostname, port: Number(port) });
  });
  beforeEach(async () => {
    owner = await bed.connect('owner');
    await owner.query('truncate orders.orders, orders.outbox, orders.log_position restart identity cascade');
  });
  afterEach(async () => {
    proxy.pass();
    await Promise.all(books.splice(0).map((book) => book.close()));
    await owner.end();
  });
  after(async () => {
    await proxy?.close();
    await bed?.close();
  });

  /** Opens a book as the processor's role. */
  async function open(
    more: { readonly stepMs?: number; readonly through?: FaultyProxy; readonly timeoutMs?: number } = {},
  ): Promise<OrderBook> {
    const url = new URL(bed.urls.processor);
    if (more.through !== undefined) url.port = String(more.through.port);
    const settings = bed.settings('processor', {
      url: url.href,
      commandTimeoutMs: more.timeoutMs ?? 20_000,
    });
    const database = openDatabase({ settings, schemas: ['orders'], logger });
    const book = createSqlOrderBook(database, { stepMs: more.stepMs ?? 1, retentionDays: 30 });
    books.push(book);
    await book.connect();
    return book;
  }
  const position = (expected: number | null, next: number, source = SOURCE): BatchPosition => ({
    source,
    expected,
    next,
    marks: `marks of ${next}`,
  });
  const manyOrders = (count: number): OrderRecord[] => Array.from({ length: count }, () => orderRecord());
  const rowsOf = async <Row extends object>(text: string): Promise<readonly Row[]> =>
    (await owner.query<Row>(text)).rows;
  const countOf = async (table: string): Promise<number> =>
    (await rowsOf<{ n: number }>(`select count(*)::int as n from orders.${table}`))[0]?.n ?? 0;
  /** Moves orders until none is due any more; returns how many transitions there were. */
  async function tickToEnd(book: OrderBook, maxOrders = 100): Promise<number> {
    let moved = 0;
    for (;;) {
      const dueMs = await book.nextDueMs();
      if (dueMs === null) return moved;
      moved += (await book.tick(maxOrders)).length;
    }
  }
  /** The states of every order in the order that they happened. */
  async function histories(): Promise<ReadonlyMap<string, readonly number[]>> {
    const rows = await rowsOf<{ order_id: string; states: number[] }>(
      'select order_id, array_agg(state::int order by at, state) as states from orders.order_event group by order_id',
    );
    return new Map(rows.map(({ order_id, states }) => [order_id, states]));
  }

  it('takes a batch in whole, in its order, with its position', async () => {
    const book = await open();
    const orders = [
      orderRecord({ name: `"{}\\, 'ñ' 🎮`, language: 'en', row: 12_000, priceCents: 0 }),
      ...manyOrders(2),
    ];
    assert.deepEqual(await book.takeIn(orders, position(null, 7)), {
      kind: 'taken',
      fresh: 3,
    });
    const rows = await rowsOf(
      'select number::int, id, game_id, row, name, price_cents, email, language, state from orders.orders order by number',
    );
    assert.deepEqual(
      rows.map((row) => ({ ...row })),
      orders.map((order, index) => ({
        number: index + 1,
        id: order.orderid,
        game_id: order.gameid,
        row: order.row,
        name: order.name,
        price_cents: order.priceCents,
        email: order.usermail,
        language: order.language,
        state: 1,
      })),
    );
    assert.deepEqual(
      await book.logStates([SOURCE, 'orders:1']),
      new Map([
        [SOURCE, { position: 7, marks: 'marks of 7', attempt: '' }],
        ['orders:1', { position: null, marks: '', attempt: '' }],
      ]),
    );
    assert.deepEqual(await book.logStates([]), new Map());
  });

  it('takes the same batch in once, and says where it is', async () => {
    const book = await open();
    const batch = [manyOrders(5), position(null, 5)] as const;
    await book.takeIn(...batch);
    assert.deepEqual(await book.takeIn(...batch), { kind: 'moved', position: 5 });
    assert.deepEqual(await book.takeIn([], position(9, 10, 'orders:1')), {
      kind: 'moved',
      position: null,
    });
    assert.deepEqual(
      [await countOf('orders'), await countOf('order_event'), await countOf('outbox')],
      [5, 5, 5],
    );
    assert.equal((await book.logStates(['orders:1'])).get('orders:1')?.position, null);
  });

  it('takes an order in once, though its record comes again, alone or with others', async () => {
    const book = await open();
    const [a, b, c] = [orderRecord(), orderRecord(), orderRecord()];
    assert.partialDeepStrictEqual(await book.takeIn([a, b, a], position(null, 3)), {
      fresh: 2,
    });
    assert.partialDeepStrictEqual(await book.takeIn([b, c, a], position(3, 6)), {
      fresh: 1,
    });
    assert.deepEqual([...(await histories()).values()], [[1], [1], [1]]);
  });

  it('lets one of two take a batch in, with a lock and not by luck', async () => {
    const [one, other] = [await open(), await open()];
    for (let next = 1; next <= 20; next += 1) {
      const batch = [manyOrders(3), position(next === 1 ? null : next - 1, next)] as const;
      const results = await Promise.all([one.takeIn(...batch), other.takeIn(...batch)]);
      assert.deepEqual(results.map(({ kind }) => kind).sort(), ['moved', 'taken']);
    }
    assert.equal(await countOf('orders'), 60);
  });

  it('takes all in after replies were lost, by repeating the call', async () => {
    const book = await open({ through: proxy });
    const batch = [manyOrders(3), position(null, 3)] as const;
    await book.tick(1);
    proxy.resetInsteadOfReplies(1);
    await assert.rejects(book.takeIn(...batch), { code: 'STORE_UNAVAILABLE', retriable: true });
    await eventually(
      () => book.isReady(),
      (isReady) => isReady,
    );
    await eventually(
      () => countOf('orders'),
      (n) => n === 3,
    );
    assert.deepEqual(await book.takeIn(...batch), { kind: 'moved', position: 3 });
  });

  it('moves 2,000 orders by two processes at once, each state once and no sooner than it may', async () => {
    const stepMs = 20;
    const [one, other] = [await open({ stepMs }), await open({ stepMs })];
    await one.takeIn(manyOrders(2_000), position(null, 2_000));
    const moved = await Promise.all([tickToEnd(one), tickToEnd(other)]);
    assert.ok(Math.min(...moved) > 0, `one of the two moved nothing: ${moved.join(', ')}`);
    assert.equal(moved[0] + moved[1], 6_000);
    for (const states of (await histories()).values()) assert.deepEqual(states, [1, 2, 3, 4]);
    const [shortest] = await rowsOf<{ ms: number }>(
      `select min(extract(epoch from dwell) * 1000)::float8 as ms
       from (select at - lag(at) over (partition by order_id order by state) as dwell from orders.order_event) e`,
    );
    assert.ok((shortest?.ms ?? 0) >= stepMs);
    assert.equal(await countOf('outbox'), 8_000);
  });

  it('moves the longest due first, at most as many as asked, and says how late they were', async () => {
    const book = await open({ stepMs: 60_000 });
    const orders = manyOrders(3);
    await book.takeIn(orders, position(null, 3));
    assert.deepEqual(await book.tick(10), []);
    const dueMs = await book.nextDueMs();
    assert.ok(dueMs !== null && dueMs > 0 && dueMs <= 60_000);
    await owner.query(`update orders.orders set due_at = now() - make_interval(secs => number * 10)`);
    const moved = await book.tick(2);
    assert.deepEqual(
      moved.map(({ state }) => state),
      [2, 2],
    );
    for (const { lateMs } of moved) assert.ok(lateMs >= 20_000, `${lateMs} ms late`);
    const states = await rowsOf<{ state: number }>('select state::int from orders.orders order by number');
    assert.deepEqual(
      states.map(({ state }) => state),
      [1, 2, 2],
    );
    assert.ok(((await book.nextDueMs()) ?? 0) < 0);
    const steps = await rowsOf<{ ms: number }>(
      `select (extract(epoch from o.due_at - e.at) * 1000)::float8 as ms
       from orders.orders o join orders.order_event e on e.order_id = o.id and e.state = o.state where o.state = 2`,
    );
    assert.deepEqual(
      steps.map(({ ms }) => ms),
      [60_000, 60_000],
    );
  });

  it('cancels an order or moves it, never both', async () => {
    const book = await open();
    const api = await bed.connect('api');
    const orders = manyOrders(60);
    await book.takeIn(orders, position(null, 60));
    const outcomes = new Map<string, number | undefined>();
    const cancel = async ({ orderid }: OrderRecord): Promise<void> => {
      const { rows } = await api.query<{ state: number }>('select orders.cancel_order($1) as state', [
        orderid,
      ]);
      outcomes.set(orderid, rows[0]?.state);
    };
    const [first, ...others] = orders.toReversed();
    assert.ok(first);
    await cancel(first);
    while ((await book.tick(1)).length === 0);
    const moves = tickToEnd(book, 2);
    for (const order of others) await cancel(order);
    await moves;
    await tickToEnd(book);
    await api.end();
    const all = await histories();
    assert.equal(all.size, 60);
    assert.deepEqual(all.get(first.orderid), [1, 5]);
    assert.ok([...all.values()].some((states) => states.length === 4));
    for (const [id, states] of all)
      assert.deepEqual(states, outcomes.get(id) === 5 ? [1, 5] : [1, 2, 3, 4], `${id}: ${outcomes.get(id)}`);
  });

  it('does not date a cancel before its order, though its transaction began before the order was there', async () => {
    const book = await open({ stepMs: 60_000 });
    const api = await bed.connect('api');
    const order = orderRecord();
    await api.query('begin');
    await api.query('select now()');
    await book.takeIn([order], position(null, 1));
    const { rows } = await api.query<{ state: number }>('select orders.cancel_order($1) as state', [
      order.orderid,
    ]);
    await api.query('commit');
    await api.end();
    assert.equal(rows[0]?.state, 5);
    assert.deepEqual((await histories()).get(order.orderid), [1, 5]);
    const announced = await rowsOf<{ state: number }>('select state from orders.outbox order by at, seq');
    assert.deepEqual(
      announced.map(({ state }) => state),
      [1, 5],
    );
  });

  it('announces an order’s states in order, each until it is written', async () => {
    const book = await open();
    const orders = manyOrders(40);
    await book.takeIn(orders, position(null, 40));
    await tickToEnd(book);
    const written: ConfirmationRecord[] = [];
    const failure = new AppError('BROKER_TIMEOUT', 'late', { retriable: true });
    await assert.rejects(
      book.announce(500, () => Promise.reject(failure)),
      failure,
    );
    assert.equal(await countOf('outbox'), 160);
    for (let n = -1; n !== 0; )
      n = await book.announce(7, (records) => {
        assert.ok(records.length <= 7);
        written.push(...records);
        return Promise.resolve();
      });
    assert.deepEqual([written.length, await countOf('outbox')], [160, 0]);
    for (const { orderid, gameid, row, name, priceCents, usermail, language } of orders) {
      const own = written.filter((record) => record.orderid === orderid);
      assert.deepEqual(
        own.map(({ state, estado }) => [state, estado]),
        [
          [1, 'recibido'],
          [2, 'preparando'],
          [3, 'entregando'],
          [4, 'finalizado'],
        ],
      );
      const [first] = own;
      assert.partialDeepStrictEqual(first, { gameid, row, name, priceCents, usermail, language, version: 1 });
    }
    const events = await rowsOf<{ order_id: string; state: number; at: number }>(
      'select order_id, state::int, extract(epoch from at)::float8 * 1000 as at from orders.order_event',
    );
    const times = new Map(events.map(({ order_id, state, at }) => [`${order_id} ${state}`, at]));
    for (const { orderid, state, at } of written) assert.equal(at, times.get(`${orderid} ${state}`));
  });

  it('lets several announce at a time, never the same order', async () => {
    const [one, other] = [await open(), await open()];
    await one.takeIn(manyOrders(200), position(null, 200));
    await tickToEnd(one);
    const written: ConfirmationRecord[] = [];
    const inHand = new Set<string>();
    const relay = async (book: OrderBook): Promise<number> => {
      let total = 0;
      // On connections of their own.
      while ((await bed.query('select from orders.outbox limit 1')).length > 0)
        total += await book.announce(20, async (records) => {
          const ids = new Set(records.map(({ orderid }) => orderid));
          for (const id of ids) assert.equal(inHand.has(id), false, `${id} is announced by two`);
          for (const id of ids) inHand.add(id);
          await new Promise((resolve) => setImmediate(resolve));
          written.push(...records);
          for (const id of ids) inHand.delete(id);
        });
      return total;
    };
    const totals = await Promise.all([relay(one), relay(one), relay(other), relay(other)]);
    assert.equal(
      totals.reduce((sum, n) => sum + n, 0),
      800,
    );
    const byOrder = new Map<string, number[]>();
    for (const { orderid, state } of written) byOrder.set(orderid, [...(byOrder.get(orderid) ?? []), state]);
    for (const states of byOrder.values()) assert.deepEqual(states, [1, 2, 3, 4]);
  });

  it('reads no table whole for a batch, however it was planned when there was nothing', async () => {
    const scans = () =>
      rowsOf<{ relname: string; seq_scan: number }>(
        `select relname, seq_scan::int from pg_stat_user_tables
           where schemaname = 'orders' and relname in ('orders', 'order_event', 'outbox') order by relname`,
      );
    const book = await open();
    const before = await scans();
    for (let n = 0; n < 500; n += 50) {
      await book.takeIn(manyOrders(50), position(n === 0 ? null : n, n + 50));
      await book.tick(10);
      await book.announce(20, () => Promise.resolve());
    }
    // The counters of a session are complete when it has ended.
    await book.close();
    await eventually(
      () =>
        rowsOf<{ n: number }>(
          `select count(*)::int n from pg_stat_activity where usename = 'caudal_orders_processor'`,
        ),
      ([row]) => row?.n === 0,
    );
    assert.deepEqual(await scans(), before);
  });

  it('leaves half of the shards to another session, whatever one holds', async () => {
    const [one, other] = [await open(), await open()];
    await one.takeIn(manyOrders(400), position(null, 400));
    const held = Promise.withResolvers<void>();
    const isHeld = Promise.withResolvers<void>();
    const ofOne = one.announce(500, () => {
      isHeld.resolve();
      return held.promise;
    });
    await isHeld.promise;
    const ofOther = await other.announce(500, () => Promise.resolve());
    assert.equal(await other.announce(500, () => Promise.resolve()), 0, 'the rest is in hand');
    held.resolve();
    assert.ok(ofOther > 0);
    assert.equal((await ofOne) + ofOther, 400);
  });

  it('leaves a record to the next one that a slower transaction has put before others', async () => {
    const book = await open();
    await book.takeIn([orderRecord()], position(null, 1));
    await book.announce(10, () => Promise.resolve());
    const slow = await bed.connect('owner');
    const insert = (state: number): string =>
      `insert into orders.outbox (shard, order_id, state, at) select shard, id, ${state}, now() from orders.orders`;
    await slow.query('begin');
    await slow.query(insert(2));
    await owner.query(insert(3));
    const seen: number[] = [];
    const write = (records: readonly ConfirmationRecord[]): Promise<void> => {
      seen.push(...records.map(({ state }) => state));
      return Promise.resolve();
    };
    const writeWhileItCommits = async (records: readonly ConfirmationRecord[]): Promise<void> => {
      await write(records);
      await slow.query('commit');
    };
    assert.equal(await book.announce(10, writeWhileItCommits), 1);
    await slow.end();
    assert.equal(await book.announce(10, write), 1);
    assert.deepEqual(seen, [3, 2]);
  });

  it('announces again what a session that was killed had written and not forgotten', async () => {
    const [one, other] = [await open(), await open()];
    await one.takeIn(manyOrders(1), position(null, 1));
    const killed = one.announce(10, async () => {
      await endClaimingSession();
    });
    await assert.rejects(killed, { code: 'STORE_UNAVAILABLE', retriable: true });
    assert.equal(await countOf('outbox'), 1);
    const again: string[] = [];
    const write = (records: readonly ConfirmationRecord[]): Promise<void> => {
      again.push(...records.map(({ orderid }) => orderid));
      return Promise.resolve();
    };
    assert.equal(await other.announce(10, write), 1);
    assert.equal(await countOf('outbox'), 0);
    await eventually(
      () => one.isReady(),
      (isReady) => isReady,
    );
    assert.equal(await one.announce(10, write), 0);
    assert.equal(again.length, 1);
  });

  it('continues after the server was killed, with all that it had said', async () => {
    const book = await open({ stepMs: 1 });
    await book.takeIn(manyOrders(50), position(null, 50));
    let reconnected = 0;
    book.onReconnected(() => {
      reconnected += 1;
    });
    await servers().kill('postgresql');
    await assert.rejects(book.tick(10), { code: 'STORE_UNAVAILABLE', retriable: true });
    assert.equal(book.isReady(), false);
    assert.notEqual(book.unreadyReason(), undefined);
    await servers().start('postgresql');
    await eventually(
      () => book.isReady(),
      (isReady) => isReady,
    );
    assert.equal(reconnected, 1);
    owner = await bed.connect('owner');
    assert.equal(await tickToEnd(book), 150);
    assert.deepEqual(await book.takeIn([], position(null, 50)), {
      kind: 'moved',
      position: 50,
    });
    assert.equal(await countOf('order_event'), 200);
  });

  it('counts what is in it', async () => {
    const book = await open();
    assert.deepEqual(await book.figures(), {
      ordersByState: new Map([1, 2, 3, 4, 5].map((state) => [state, 0])),
      outboxRecords: 0,
      outboxAgeSeconds: 0,
    });
    await book.takeIn(manyOrders(3), position(null, 3));
    await owner.query(`update orders.outbox set at = at - interval '1 hour' where seq = 1`);
    const figures = await book.figures();
    assert.deepEqual([figures.ordersByState.get(1), figures.ordersByState.get(4)], [3, 0]);
    assert.equal(figures.outboxRecords, 3);
    assert.ok(figures.outboxAgeSeconds >= 3_600);
  });

  it('deletes what ended longer ago than it is kept, but nothing that is not announced', async () => {
    const book = await open();
    const [old, unannounced, unfinished, young] = manyOrders(4);
    const orders = [old, unannounced, unfinished, young].flatMap((order) => order ?? []);
    await book.takeIn(orders, position(null, 4));
    await tickToEnd(book);
    const age = `interval '31 days'`;
    for (const order of [old, unannounced, unfinished]) {
      await owner.query(`update orders.orders set created_at = now() - ${age} where id = $1`, [
        order?.orderid,
      ]);
      await owner.query(`update orders.order_event set at = at - ${age} where order_id = $1`, [
        order?.orderid,
      ]);
    }
    await owner.query(`update orders.orders set created_at = now() - ${age} where id = $1`, [young?.orderid]);
    await owner.query(`update orders.orders set state = 3, due_at = now() + interval '1 day' where id = $1`, [
      unfinished?.orderid,
    ]);
    await owner.query('delete from orders.outbox where order_id <> $1', [unannounced?.orderid]);
    assert.equal(await book.expire(), 1);
    const left = await rowsOf<{ id: string }>('select id from orders.orders');
    assert.deepEqual(
      left.map(({ id }) => id).sort(),
      [unannounced, unfinished, young].map((order) => order?.orderid ?? '').sort(),
    );
    assert.equal(await countOf('order_event'), 12);
    assert.equal(await book.expire(), 0);
  });

  /** Ends the session that holds a shard, as the loss of its client's machine does. */
  async function endClaimingSession(): Promise<void> {
    const { adminUrl } = servers().addresses.postgresql;
    const url = new URL(adminUrl);
    await servers().execute('postgresql', [
      'psql',
      '-qAt',
      '-c',
      `select pg_terminate_backend(pid) from pg_stat_activity
       where usename = 'caudal_orders_processor' and state = 'idle in transaction'`,
      url.href,
    ]);
  }
});
