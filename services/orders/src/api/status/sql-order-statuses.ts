import { type Database, textArray } from '@caudal/common/postgresql';
import type { Language } from '../../domain/records.ts';
import type { StateNumber } from '../../domain/state.ts';
import type { MailStatus, OrderStatus, OrderStatuses } from './order-statuses.ts';

/** A row of {@link ORDERS}. */
interface OrderRow {
  readonly id: string;
  /** A bigint, which the driver leaves as text. */
  readonly number: string;
  readonly game_id: number;
  readonly row: number;
  readonly name: string;
  readonly price_cents: number;
  readonly masked_email: string;
  readonly language: Language;
  readonly state: StateNumber;
  readonly due_ms: number | null;
  readonly history: OrderStatus['history'];
  readonly mails: readonly MailStatus[] | null;
  readonly signature: string;
}

const SIGNATURE = `o.state || '|' || coalesce(
  (select string_agg(m.state || m.status || m.attempts, ',' order by m.state) from mails.mail_view m where m.order_id = o.id), '')`;

const ms = (column: string): string => `extract(epoch from ${column})::double precision * 1000`;

// One statement for all parts: they are of one moment.
const ORDERS = `select o.id, o.number, o.game_id, o.row, o.name, o.price_cents, o.masked_email, o.language, o.state,
    ${ms('o.due_at')} as due_ms,
    (select json_agg(json_build_object('state', e.state, 'at', ${ms('e.at')}) order by e.at, e.state)
      from orders.event_view e where e.order_id = o.id) as history,
    (select json_agg(json_build_object('state', m.state, 'status', m.status, 'attempts', m.attempts, 'reason', m.reason,
      'sentAt', ${ms('m.sent_at')}) order by m.state) from mails.mail_view m where m.order_id = o.id) as mails,
    ${SIGNATURE} as signature
  from orders.order_view o`;

/**
 * Reads orders by the views that show no address, and cancels by the function for it.
 *
 * @param topic that orders are accepted to, as the positions name it
 */
export function createSqlOrderStatuses(database: Pick<Database, 'run'>, topic: string): OrderStatuses {
  const query = async <Row extends object>(
    text: string,
    values: readonly unknown[],
  ): Promise<readonly Row[]> => (await database.run((client) => client.query<Row>(text, [...values]))).rows;

  return {
    async read(ids) {
      const rows = await query<OrderRow>(`${ORDERS} where o.id = any ($1::uuid[])`, [textArray(ids)]);
      return new Map(rows.map((row) => [row.id, toStatus(row)]));
    },
    async readByNumber(number) {
      const [row] = await query<OrderRow>(`${ORDERS} where o.number = $1`, [number]);
      return row && toStatus(row);
    },
    async signatures(ids) {
      const rows = await query<{ id: string; signature: string }>(
        `select o.id, ${SIGNATURE} as signature from orders.order_view o where o.id = any ($1::uuid[])`,
        [textArray(ids)],
      );
      return new Map(rows.map(({ id, signature }) => [id, signature]));
    },
    async positions() {
      const rows = await query<{ source: string; next: string }>(
        `select source, next from orders.log_position where starts_with(source, $1 || ':') and next is not null`,
        [topic],
      );
      return new Map(rows.map(({ source, next }) => [Number(source.slice(topic.length + 1)), Number(next)]));
    },
    async cancel(id) {
      const [row] = await query<{ state: StateNumber | null }>(`select orders.cancel_order($1) as state`, [
        id,
      ]);
      return row?.state ?? undefined;
    },
  };
}

function toStatus(row: OrderRow): OrderStatus {
  return {
    id: row.id,
    number: Number(row.number),
    game: { id: row.game_id, row: row.row, name: row.name, priceCents: row.price_cents },
    maskedEmail: row.masked_email,
    language: row.language,
    state: row.state,
    dueAt: row.due_ms,
    history: row.history,
    mails: row.mails ?? [],
    signature: row.signature,
  };
}
