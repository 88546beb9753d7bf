import { randomUUID } from 'node:crypto';
import { createLogger } from '@caudal/common/logging';
import { createRegistry, type Registry } from '@caudal/common/metrics';
import { openDatabase } from '../../src/database/open-database.ts';
import { createPersist } from '../../src/database/persist.ts';
import type { ConfirmationRecord } from '../../src/domain/records.ts';
import { STATES, type StateNumber } from '../../src/domain/state.ts';
import { Dispatcher, type DispatcherOptions } from '../../src/notifier/dispatcher.ts';
import { createMailMetrics } from '../../src/notifier/metrics.ts';
import { renderMail } from '../../src/notifier/render-mail.ts';
import { openSmtpSession, type SmtpSettings } from '../../src/notifier/smtp-session.ts';
import { createSqlMailBook } from '../../src/notifier/sql-mail-book.ts';
import type { OrdersBed } from './orders-bed.ts';

/** Sender of the mails of tests. */
export const FROM = 'shop@example.com';

/** Settings of a connection to a mailbox on this machine. */
export function smtpSettings(port: number, more: Partial<SmtpSettings> = {}): SmtpSettings {
  return {
    host: '127.0.0.1',
    port,
    security: 'none',
    login: undefined,
    ca: undefined,
    timeoutMs: 1_000,
    from: FROM,
    ...more,
  };
}

/** A confirmation of a state of an order. */
export function confirmation(
  orderid: string,
  state: StateNumber,
  more: Partial<ConfirmationRecord> = {},
): ConfirmationRecord {
  return {
    version: 1,
    orderid,
    number: 7,
    gameid: 570,
    row: 87,
    name: 'Pokémon, "the" <game>',
    priceCents: 1_999,
    usermail: 'ana@example.com',
    language: 'es',
    state,
    estado: STATES[state].estado,
    at: Date.now(),
    ...more,
  };
}

/** Confirmations of the first four states of N orders, each with an address of its own. */
export function confirmationsOf(
  orders: number,
  more: Partial<ConfirmationRecord> = {},
): readonly ConfirmationRecord[] {
  return Array.from({ length: orders }, () => randomUUID()).flatMap((id, i) =>
    ([1, 2, 3, 4] as const).map((state) =>
      confirmation(id, state, { number: i + 1, usermail: `user${i}@example.com`, ...more }),
    ),
  );
}

/** Message-ID of a mail. */
export function messageIdOf({ orderid, state }: Pick<ConfirmationRecord, 'orderid' | 'state'>): string {
  return `<${orderid}.${state}@example.com>`;
}

/** A sender of mails within this process. */
export interface Sender {
  readonly dispatcher: Dispatcher;
  readonly registry: Registry;
  /** Takes confirmations in, after those before. */
  take(confirmations: readonly ConfirmationRecord[]): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a sender; the caller stops it. */
export async function startSender(
  bed: OrdersBed,
  smtp: SmtpSettings,
  more: Partial<Omit<DispatcherOptions, 'persist' | 'metrics'>> & {
    readonly perRecipientPerMinute?: number;
  } = {},
): Promise<Sender> {
  const logger = more.logger ?? createLogger('test', 'silent');
  const database = openDatabase({ settings: bed.settings('notifier'), schemas: ['mails'], logger });
  await database.connect();
  const registry = createRegistry();
  const lease = more.lease ?? { leaseMs: 30_000, sendMs: smtp.timeoutMs + 500 };
  const book = createSqlMailBook(database, {
    perRecipientPerMinute: more.perRecipientPerMinute ?? 0,
    leaseMs: lease.leaseMs,
    retentionDays: 30,
  });
  const metrics = createMailMetrics(registry, () => dispatcher.isUp());
  const dispatcher: Dispatcher = new Dispatcher({
    book,
    open: () => openSmtpSession(smtp),
    render: (mail) => renderMail(mail, { from: FROM, publicUrl: 'http://shop.example.com' }),
    connections: 4,
    maxAttempts: 8,
    onFatal: (error) => {
      throw error;
    },
    ...more,
    lease,
    logger,
    persist: createPersist((error) => metrics.retried(error)),
    metrics,
  });
  dispatcher.start();
  let next = 0;
  const source = `compra_confirmada:${randomUUID()}`;
  return {
    dispatcher,
    registry,
    async take(confirmations) {
      const expected = next === 0 ? null : next;
      next += confirmations.length;
      const outcome = await book.takeIn(confirmations, { source, expected, next });
      dispatcher.wake();
      if (outcome.kind === 'moved') throw new Error('moved');
      return outcome.fresh;
    },
    async stop() {
      await dispatcher.stop();
      await database.close();
    },
  };
}
