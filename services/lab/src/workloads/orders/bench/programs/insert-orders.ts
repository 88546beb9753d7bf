import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { required } from '../../../../bench/programs/meter.ts';

/**
 * Reference for the API: the rows that orders become, inserted over a pool as large as a service's, each committed on its own. No
 * HTTP, no validation, no log.
 */
const seconds = Number(required('BENCH_SECONDS'));
const inFlight = Number(required('BENCH_CONNECTIONS'));
const pool = new pg.Pool({
  connectionString: required('POSTGRESQL_URL'),
  max: Number(required('POSTGRESQL_POOL_SIZE')),
});
await pool.query(`create table if not exists public.bench_orders (
  id uuid primary key, number bigint generated always as identity, game_id integer, row integer, name text, price_cents integer,
  email text, language text, state smallint, created_at timestamptz default now(), due_at timestamptz default now())`);
await pool.query('truncate public.bench_orders');

let orders = 0;
const startedAt = performance.now();
async function insertOrders(): Promise<void> {
  while (performance.now() - startedAt < seconds * 1_000) {
    await pool.query(
      `insert into public.bench_orders (id, game_id, row, name, price_cents, email, language, state)
         values ($1, 10, 87, 'Sombras de Valparaíso', 1999, 'user1@example.com', 'es', 1)`,
      [randomUUID()],
    );
    orders += 1;
  }
}
await Promise.all(Array.from({ length: inFlight }, insertOrders));
const milliseconds = performance.now() - startedAt;
process.stdout.write(`${JSON.stringify({ messages: orders, milliseconds })}\n`);
await pool.end();
