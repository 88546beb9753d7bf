import { type Database, numberArray, textArray } from '@caudal/common/postgresql';
import type { Language } from '../domain/records.ts';
import type { StateNumber } from '../domain/state.ts';
import { takeWithPosition } from '../log/positions.ts';
import type { LeasedMail, MailBook, Settlement } from './mail-book.ts';

/** Most mails that one call of `expire_mails` deletes. */
const EXPIRED_AT_ONCE = 10_000;

interface LeasedRow {
  readonly order_id: string;
  readonly state: StateNumber;
  readonly number: string;
  readonly name: string;
  readonly price_cents: number;
  readonly recipient: string;
  readonly language: Language;
  readonly happened_ms: number;
  readonly attempts: number;
  readonly unknown_attempts: number;
}

/** The mails in PostgreSQL, in {@link file://./../../migrations/mails/0001-mails.sql}. */
export function createSqlMailBook(
  database: Database,
  settings: {
    /** Mails for one recipient in a minute; 0: no limit. */
    readonly perRecipientPerMinute: number;
    readonly leaseMs: number;
    readonly retentionDays: number;
  },
): MailBook {
  return {
    takeIn: (records, position) =>
      database.run((client) =>
        takeWithPosition(client, position, {
          text: 'select mails.take_confirmed($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)',
          values: [
            settings.perRecipientPerMinute,
            textArray(records.map(({ orderid }) => orderid)),
            numberArray(records.map(({ state }) => state)),
            numberArray(records.map(({ number }) => number)),
            textArray(records.map(({ name }) => name)),
            numberArray(records.map(({ priceCents }) => priceCents)),
            textArray(records.map(({ usermail }) => usermail)),
            textArray(records.map(({ language }) => language)),
            numberArray(records.map(({ at }) => at)),
          ],
        }),
      ),

    async lease(leaseId, maxMails) {
      const { rows } = await database.run((client) =>
        client.query<LeasedRow>('select * from mails.lease_mails($1, $2, $3)', [
          maxMails,
          settings.leaseMs,
          leaseId,
        ]),
      );
      return rows.map(toLeasedMail);
    },

    async settle(leaseId, settlements) {
      const column = <Key extends keyof Settlement>(key: Key) => settlements.map((each) => each[key]);
      await database.run((client) =>
        client.query('select mails.settle_mails($1, $2, $3, $4, $5, $6)', [
          leaseId,
          textArray(column('orderId')),
          numberArray(column('state')),
          textArray(column('outcome')),
          textArray(column('reason').map((reason) => reason ?? '')),
          numberArray(column('delayMs')),
        ]),
      );
    },

    async figures() {
      const { rows } = await database.run((client) =>
        client.query<{ status: string; mails: string; oldest_due_seconds: number }>(
          'select * from mails.mail_figures()',
        ),
      );
      return {
        byStatus: Object.fromEntries(rows.map(({ status, mails }) => [status, Number(mails)])),
        oldestDueSeconds: Math.max(0, ...rows.map((row) => row.oldest_due_seconds)),
      };
    },

    async expire() {
      const { rows } = await database.run((client) =>
        client.query<{ gone: string }>('select mails.expire_mails(make_interval(days => $1)) as gone', [
          settings.retentionDays,
        ]),
      );
      return Number(rows[0]?.gone) >= EXPIRED_AT_ONCE;
    },
  };
}

function toLeasedMail(row: LeasedRow): LeasedMail {
  return {
    orderId: row.order_id,
    state: row.state,
    number: Number(row.number),
    name: row.name,
    priceCents: row.price_cents,
    recipient: row.recipient,
    language: row.language,
    happenedAt: row.happened_ms,
    attempts: row.attempts,
    unknownAttempts: row.unknown_attempts,
  };
}
