import type { BatchPosition } from '@caudal/common/messaging';
import {
  type Database,
  type DatabaseClient,
  numberArray,
  textArray,
  transaction,
} from '@caudal/common/postgresql';
import type { ConfirmationRecord, OrderRecord } from '../domain/records.ts';
import { STATES, type StateNumber } from '../domain/state.ts';
import type { TakeOutcome } from '../log/handle-records.ts';
import { readPositions, takeWithPosition } from '../log/positions.ts';
import type { OrderBook } from './order-book.ts';

/** How long what lasts. */
export interface BookTimes {
  /** Shortest time in each state, ms. */
  readonly stepMs: number;
  /** Days for which orders are kept after their last state. */
  readonly retentionDays: number;
}

/** The book in PostgreSQL, by the functions in {@link file://../../migrations/orders/0001-orders.sql}. */
export function createSqlOrderBook(database: Database, { stepMs, retentionDays }: BookTimes): OrderBook {
  return {
    name: 'postgresql',
    connect: () => database.connect(),
    takeIn: (orders, position) => database.run((client) => takeIn(client, orders, position, stepMs)),
    logStates: (sources) => readPositions(database, 'orders', sources),
    async tick(maxOrders) {
      const { rows } = await database.run((client) =>
        client.query<[state: StateNumber, lateMs: number]>({
          text: 'select reached, late_ms from orders.tick($1, $2)',
          values: [stepMs, maxOrders],
          rowMode: 'array',
        }),
      );
      return rows.map(([state, lateMs]) => ({ state, lateMs }));
    },
    async nextDueMs() {
      const { rows } = await database.run((client) =>
        client.query<{ ms: number | null }>('select orders.next_due_ms() as ms'),
      );
      return rows[0]?.ms ?? null;
    },
    announce: (maxRecords, write) =>
      database.run((client) => transaction(client, () => announce(client, maxRecords, write))),
    async figures() {
      const { rows } = await database.run((client) =>
        client.query<{ state: StateNumber; orders: string; outbox: string; outbox_age_seconds: number }>(
          'select state, orders, outbox, outbox_age_seconds from orders.order_figures()',
        ),
      );
      return {
        ordersByState: new Map(rows.map(({ state, orders }) => [state, Number(orders)])),
        outboxRecords: Number(rows[0]?.outbox ?? 0),
        outboxAgeSeconds: rows[0]?.outbox_age_seconds ?? 0,
      };
    },
    async expire() {
      const { rows } = await database.run((client) =>
        client.query<{ gone: string }>('select orders.expire_orders(make_interval(days => $1)) as gone', [
          retentionDays,
        ]),
      );
      return Number(rows[0]?.gone);
    },
    isReady: () => database.isReady(),
    unreadyReason: () => database.unreadyReason(),
    onReconnected: (listener) => database.onReconnected(listener),
    close: () => database.close(),
  };
}

function takeIn(
  client: DatabaseClient,
  orders: readonly OrderRecord[],
  position: BatchPosition,
  stepMs: number,
): Promise<TakeOutcome> {
  return takeWithPosition(client, position, {
    text: 'select orders.take_in($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)',
    values: [
      stepMs,
      textArray(orders.map(({ orderid }) => orderid)),
      numberArray(orders.map(({ gameid }) => gameid)),
      numberArray(orders.map(({ row }) => row)),
      textArray(orders.map(({ name }) => name)),
      numberArray(orders.map(({ priceCents }) => priceCents)),
      textArray(orders.map(({ usermail }) => usermail)),
      textArray(orders.map(({ language }) => language)),
    ],
  });
}

/** A row of `claim_outbox`. */
interface Claimed {
  readonly shard: number;
  readonly seq: string;
  readonly id: string;
  readonly number: string;
  readonly game_id: number;
  readonly catalogue_row: number;
  readonly name: string;
  readonly price_cents: number;
  readonly email: string;
  readonly language: ConfirmationRecord['language'];
  readonly state: StateNumber;
  readonly at_ms: number;
}

async function announce(
  client: DatabaseClient,
  maxRecords: number,
  write: (records: readonly ConfirmationRecord[]) => Promise<void>,
): Promise<number> {
  const { rows } = await client.query<Claimed>('select * from orders.claim_outbox($1)', [maxRecords]);
  if (rows.length === 0) return 0;
  await write(rows.map(confirmationOf));
  // By number, not up to the last one: a transaction that began earlier may commit a lower number later.
  await client.query('select orders.delete_outbox($1, $2)', [
    numberArray(rows.map(({ shard }) => shard)),
    rows.map(({ seq }) => seq),
  ]);
  return rows.length;
}

function confirmationOf(row: Claimed): ConfirmationRecord {
  return {
    version: 1,
    orderid: row.id,
    number: Number(row.number),
    gameid: row.game_id,
    row: row.catalogue_row,
    name: row.name,
    priceCents: row.price_cents,
    usermail: row.email,
    language: row.language,
    state: row.state,
    estado: STATES[row.state].estado,
    at: row.at_ms,
  };
}
