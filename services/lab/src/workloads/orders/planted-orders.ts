import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { PlantedMail } from './plants.ts';
import type { CatalogueFile } from './verify/evidence.ts';
import type { OrderLine } from './verify/ledger.ts';

const ORDERS = 20;
const STATES = 4;
const STEP_MS = 1_000;
const DOMAIN = 'orders.example.com';

/** Orders that a load says were accepted, each for another row. */
export function linesOf(catalogue: CatalogueFile): readonly OrderLine[] {
  return [...catalogue.keys()].slice(0, ORDERS).map((row) => ({
    key: `planted-${row}`,
    row,
    email: `user${row % 5}@example.com`,
    language: row % 2 === 0 ? 'en' : 'es',
    outcome: 'accepted',
    id: randomUUID(),
    cancel: '-',
  }));
}

/**
 * Takes orders in and through all states by the shop's own functions, without waiting: then their times are drawn apart.
 * @returns the least time in each state
 */
export async function takeThrough(
  client: Client,
  catalogue: CatalogueFile,
  lines: readonly OrderLine[],
): Promise<number> {
  const games = lines.map(({ row }) => catalogue.get(row));
  const { rows } = await client.query<{ next: string | null }>(
    `select next from log_position where source = 'planted:0'`,
  );
  const expected = rows[0]?.next ?? null;
  await client.query(`select take_in('planted:0', $1, $2, '', 0, $3, $4, $5, $6, $7, $8, $9)`, [
    expected,
    Number(expected ?? 0) + lines.length,
    lines.map(({ id }) => id),
    games.map((game) => game?.id),
    lines.map(({ row }) => row),
    games.map((game) => game?.name),
    games.map((game) => game?.priceCents),
    lines.map(({ email }) => email),
    lines.map(({ language }) => language),
  ]);
  for (let state = 2; state <= STATES; state += 1) await client.query('select tick(0, $1)', [lines.length]);
  await client.query(
    `update order_event e set at = o.created_at + (e.state - 1) * make_interval(secs => $2::double precision / 1000)
       from orders o where o.id = e.order_id and o.id = any ($1)`,
    [lines.map(({ id }) => id), STEP_MS],
  );
  await client.query('delete from outbox where order_id = any ($1)', [lines.map(({ id }) => id)]);
  return STEP_MS;
}

/** An announcement, with the names of the topic. */
interface PlantedRecord {
  readonly orderid: string;
  readonly number: number;
  readonly name: string;
  readonly usermail: string;
  readonly state: number;
  readonly at: number;
}

/** What is to be announced of the orders, state by state. */
export async function recordsOf(client: Client, ids: readonly string[]): Promise<readonly PlantedRecord[]> {
  const { rows } = await client.query<PlantedRecord>(
    `select 1 as version, o.id as orderid, o.number::int, o.game_id as gameid, o.row, o.name, o.price_cents as "priceCents",
            o.email as usermail, o.language, e.state, extract(epoch from e.at)::double precision * 1000 as at
       from order_event e join orders o on o.id = e.order_id
       where o.id = any ($1) order by e.state, o.number`,
    [ids],
  );
  return rows;
}

/** The mails about them. */
export function mailsOf(records: readonly PlantedRecord[]): readonly PlantedMail[] {
  return records.map(({ orderid, name, usermail, state }) => ({
    id: orderid,
    state,
    to: usermail,
    raw: [
      `From: shop@${DOMAIN}`,
      `To: ${usermail}`,
      `Message-ID: <${orderid}.${state}@${DOMAIN}>`,
      ...(state === 1 ? [] : [`In-Reply-To: <${orderid}.1@${DOMAIN}>`]),
      'Subject: Tu pedido',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      name,
      '',
    ].join('\r\n'),
  }));
}

/** Findings as a text, to compare them: one of a kind and subject each. */
export function findingsTextOf(
  findings: readonly { readonly kind: string; readonly subject: string; readonly count: number }[],
): string {
  return findings
    .map(({ kind, subject, count }) => `${kind} ${subject} ${count}`)
    .sort()
    .join(', ');
}
