import { randomUUID } from 'node:crypto';
import { createLogger } from '@caudal/common/logging';
import { readDatabaseSettings } from '@caudal/common/postgresql';
import { openDatabase } from '@caudal/orders/database/open-database';
import { createSqlOrderBook } from '@caudal/orders/processor/sql-order-book';
import { Client } from 'pg';
import { createMeter, required } from '../../../../bench/programs/meter.ts';

/**
 * Moves orders from the first state to the last, as fast as it goes: by the processor's own book in batches, or (`one`) each state of
 * each order in a transaction of its own, with the same event and the same record of the outbox.
 */
const orders = Number(required('BENCH_ORDERS'));
const isOneByOne = required('BENCH_MODE') === 'one';
const STATES_LEFT = 3;
const BATCH = 500;

const owner = new Client({ connectionString: required('OWNER_URL') });
await owner.connect();
await owner.query('truncate orders.orders, orders.order_event, orders.outbox, orders.log_position');
const database = openDatabase({
  settings: readDatabaseSettings(process.env, 'bench'),
  schemas: ['orders'],
  logger: createLogger('bench', 'error'),
});
// All are due at once, and due again as soon as they have moved.
const book = createSqlOrderBook(database, { stepMs: 0, retentionDays: 1 });
await book.connect();
for (let next = 0; next < orders; next += BATCH) {
  const count = Math.min(BATCH, orders - next);
  await book.takeIn(
    Array.from({ length: count }, () => ({
      version: 1 as const,
      orderid: randomUUID(),
      gameid: 10,
      row: 87,
      name: 'Sombras de Valparaíso',
      priceCents: 1999,
      usermail: 'user1@example.com',
      language: 'es' as const,
      acceptedAt: Date.now(),
    })),
    { source: 'bench-0', expected: next === 0 ? null : next, next: next + count, marks: '' },
  );
}
await owner.query('analyze orders.orders');

const meter = createMeter(orders * STATES_LEFT, async () => {
  await owner.end();
  await book.close();
});

async function moveOne(): Promise<void> {
  await owner.query('begin');
  const { rows } = await owner.query<{ id: string; shard: number; state: number }>(
    `update orders.orders set state = state + 1, due_at = case when state < 3 then now() end
       where id = (select id from orders.orders where due_at <= now() order by due_at limit 1 for update skip locked)
       returning id, shard, state`,
  );
  const [moved] = rows;
  if (moved === undefined) throw new Error('no order is due');
  await owner.query('insert into orders.order_event values ($1, $2, now())', [moved.id, moved.state]);
  await owner.query('insert into orders.outbox (shard, order_id, state, at) values ($1, $2, $3, now())', [
    moved.shard,
    moved.id,
    moved.state,
  ]);
  await owner.query('commit');
}

for (let moved = 0; moved < orders * STATES_LEFT; ) {
  meter.began();
  if (isOneByOne) await moveOne();
  const count = isOneByOne ? 1 : (await book.tick(BATCH)).length;
  moved += count;
  meter.done(count);
}
