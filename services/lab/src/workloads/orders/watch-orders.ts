import { Client } from 'pg';

/** How far the shop is, as far as flowing work shows. */
export interface OrdersFlow {
  readonly orders: number;
  readonly transitions: number;
  /** Mails that were sent. */
  readonly sent: number;
  /** States that are overdue, not announced, or whose mails could be sent, each for longer than a second. */
  readonly late: number;
}

/** Time to answer, ms: a database that is away is asked again soon. */
const TIMEOUT_MS = 2_000;

const FLOW = `
  select (select count(*) from orders.orders)::int as orders,
         (select count(*) from orders.order_event)::int as transitions,
         (select count(*) from mails.mail where status = 'sent')::int as sent,
         ((select count(*) from orders.orders where due_at < now() - interval '1 s')
           + (select count(*) from orders.outbox where at < now() - interval '1 s')
           + (select count(*) from mails.mail m where m.status = 'waiting' and m.next_at < now() - interval '1 s'
                and not exists (select from mails.mail e
                  where e.order_id = m.order_id and e.state < m.state and e.status = 'waiting')))::int as late`;

/** Reads how far the shop is, by raw SQL. @param url of the owner */
export async function readFlow(url: string): Promise<OrdersFlow> {
  const client = new Client({
    connectionString: url,
    application_name: 'caudal-chaos',
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<OrdersFlow>(FLOW);
    const [flow] = rows;
    if (flow === undefined) throw new Error('no answer');
    return flow;
  } finally {
    await client.end();
  }
}

/** Conditions of flowing work. */
export interface OrdersWatchOptions {
  readonly read: () => Promise<OrdersFlow>;
  /** What is late below this counts as nothing. */
  readonly caughtUpBelow: number;
  /** Whether orders are being placed: without load, counts do not change. */
  readonly isLoaded: () => boolean;
}

/**
 * Begins to watch whether orders are taken in, moved and mailed again, without a backlog.
 * @returns a function that returns why not, undefined if so
 */
export function watchOrders(options: OrdersWatchOptions): () => Promise<string | undefined> {
  const { read, caughtUpBelow, isLoaded } = options;
  let first: OrdersFlow | undefined;
  return async () => {
    let now: OrdersFlow;
    try {
      now = await read();
    } catch (error) {
      return `the database does not answer: ${error instanceof Error ? error.message : String(error)}`;
    }
    first ??= now;
    if (now.late >= caughtUpBelow) return `${now.late} states are overdue, unannounced or without their mail`;
    if (!isLoaded()) return undefined;
    if (now.orders <= first.orders) return 'no order was taken in';
    if (now.transitions <= first.transitions + (now.orders - first.orders)) return 'no order moved';
    return now.sent <= first.sent ? 'no mail was sent' : undefined;
  };
}
