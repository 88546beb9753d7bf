import { Client } from 'pg';
import type { StoredOrder } from '../evidence.ts';

/** Reading a large load takes a while. */
const TIMEOUT_MS = 60_000;

/** How far orders are that were taken in after a number. */
export interface Progress {
  readonly orders: number;
  /** Orders by state. */
  readonly byState: Readonly<Record<number, number>>;
  /** Orders whose next state is still due. */
  readonly due: number;
  /** States reached. */
  readonly transitions: number;
  /** States of any order that are still to be announced. */
  readonly outbox: number;
  /** Mails by status. */
  readonly mails: Readonly<Record<string, number>>;
}

/** What the database has, by raw SQL as its owner: independent of the services' code, so that an error there shows. */
export interface OrdersDatabase {
  /** Number of the last order that was taken in; 0 before the first. */
  lastNumber(): Promise<number>;
  progress(after: number): Promise<Progress>;
  /** Orders with a number above, with their history and their mails, of one moment. */
  orders(after: number): Promise<{ readonly orders: readonly StoredOrder[]; readonly outbox: number }>;
  /** Those of the ids that there are orders of. */
  known(ids: readonly string[]): Promise<ReadonlySet<string>>;
}

/**
 * Connects to PostgreSQL, calls `work`, and disconnects. Rejects with the driver's error.
 * @param url of the owner
 * @param timeoutMs of a connection and of a statement, default a minute
 */
export async function withDatabase<T>(
  url: string,
  work: (database: OrdersDatabase) => Promise<T>,
  timeoutMs = TIMEOUT_MS,
): Promise<T> {
  const client = new Client({
    connectionString: url,
    application_name: 'caudal-verify',
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(databaseOf(client));
  } finally {
    await client.end();
  }
}

interface OrderRow extends Omit<StoredOrder, 'number' | 'events' | 'mails'> {
  readonly number: string;
}

interface EventRow {
  readonly order_id: string;
  readonly state: number;
  readonly at_ms: string;
}

interface MailRow {
  readonly order_id: string;
  readonly state: number;
  readonly status: string;
  readonly unknown_attempts: number;
}

function databaseOf(client: Client): OrdersDatabase {
  const number = async (text: string, values: readonly unknown[] = []): Promise<number> => {
    const { rows } = await client.query<{ n: string | null }>(text, [...values]);
    return Number(rows[0]?.n ?? 0);
  };
  const counts = async (text: string, values: readonly unknown[]): Promise<Record<string, number>> => {
    const { rows } = await client.query<{ name: string; n: string }>(text, [...values]);
    return Object.fromEntries(rows.map(({ name, n }) => [name, Number(n)]));
  };
  const outbox = (): Promise<number> => number('select count(*) as n from orders.outbox');
  return {
    lastNumber: () => number('select max(number) as n from orders.orders'),
    async progress(after) {
      const byState = await counts(
        'select state::text as name, count(*) as n from orders.orders where number > $1 group by state',
        [after],
      );
      return {
        orders: Object.values(byState).reduce((sum, count) => sum + count, 0),
        byState,
        due: await number('select count(due_at) as n from orders.orders where number > $1', [after]),
        transitions: await number(
          `select count(*) as n from orders.order_event e join orders.orders o on o.id = e.order_id
             where o.number > $1`,
          [after],
        ),
        outbox: await outbox(),
        mails: await counts(
          'select status as name, count(*) as n from mails.mail where number > $1 group by status',
          [after],
        ),
      };
    },
    async orders(after) {
      await client.query('begin transaction isolation level repeatable read, read only');
      try {
        const orders = await client.query<OrderRow>(
          `select id, number, game_id as "gameId", row, name, price_cents as "priceCents", email, language, state
             from orders.orders where number > $1 order by number`,
          [after],
        );
        const events = await client.query<EventRow>(
          `select e.order_id, e.state, extract(epoch from e.at) * 1000 as at_ms
             from orders.order_event e join orders.orders o on o.id = e.order_id
             where o.number > $1 order by e.at, e.state`,
          [after],
        );
        const mails = await client.query<MailRow>(
          'select order_id, state, status, unknown_attempts from mails.mail where number > $1',
          [after],
        );
        const eventsOf = Map.groupBy(events.rows, ({ order_id }) => order_id);
        const mailsOf = Map.groupBy(mails.rows, ({ order_id }) => order_id);
        return {
          orders: orders.rows.map((order) => ({
            ...order,
            number: Number(order.number),
            events: (eventsOf.get(order.id) ?? []).map(({ state, at_ms }) => ({
              state,
              atMs: Number(at_ms),
            })),
            mails: (mailsOf.get(order.id) ?? []).map(({ state, status, unknown_attempts }) => ({
              state,
              status,
              unknownAttempts: unknown_attempts,
            })),
          })),
          outbox: await outbox(),
        };
      } finally {
        await client.query('rollback');
      }
    },
    async known(ids) {
      const { rows } = await client.query<{ id: string }>(
        'select id from orders.orders where id::text = any ($1)',
        [ids],
      );
      return new Set(rows.map(({ id }) => id));
    },
  };
}
