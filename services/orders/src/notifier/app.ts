import type { ReadinessCheck } from '@caudal/common/lifecycle';
import type { Logger } from '@caudal/common/logging';
import type { MessageConsumer } from '@caudal/common/messaging';
import type { Registry } from '@caudal/common/metrics';
import type { Database } from '@caudal/common/postgresql';
import { createHousekeeping } from '../database/housekeeping.ts';
import { createPersist } from '../database/persist.ts';
import { decodeConfirmation } from '../domain/records.ts';
import { createRecordHandler } from '../log/handle-records.ts';
import { type Positions, startIntake } from '../log/intake.ts';
import { createIntakeMetrics } from '../log/intake-metrics.ts';
import { readPositions } from '../log/positions.ts';
import { Dispatcher } from './dispatcher.ts';
import type { MailBook, MailContent } from './mail-book.ts';
import { createMailMetrics } from './metrics.ts';
import type { OpenSession } from './smtp-session.ts';

/** A running notifier. */
export interface NotifierApp {
  /** Connects to the database, then to the log, trying for as long as it takes; mails leave as soon as the database is there. */
  start(): Promise<void>;
  checks(): Readonly<Record<string, ReadinessCheck>>;
  /** Takes nothing more in, lets mails in progress end, and writes their outcomes down. */
  stop(): Promise<void>;
}

/** Options of {@link createNotifierApp}. */
export interface NotifierOptions {
  readonly consumer: MessageConsumer;
  readonly topic: string;
  readonly database: Database;
  readonly book: MailBook;
  readonly open: OpenSession;
  readonly render: (mail: MailContent) => Promise<Buffer>;
  readonly connections: number;
  readonly maxAttempts: number;
  readonly lease: { readonly leaseMs: number; readonly sendMs: number };
  readonly registry: Registry;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
  /** Called for an unrecoverable error: the process should exit and be restarted. */
  readonly onFatal: (error: unknown) => void;
}

/** Connects the log of confirmations to the mails in the database, and those to the mail server. */
export function createNotifierApp(options: NotifierOptions): NotifierApp {
  const { consumer, database, book, registry, logger, stopping, onFatal } = options;
  const metrics = createMailMetrics(registry, () => dispatcher.isUp());
  const onRetry = (error: unknown): void => metrics.retried(error);
  const persist = createPersist(onRetry);
  const dispatcher = new Dispatcher({ ...options, persist, metrics });
  const housekeeping = createHousekeeping({
    readFigures: async () => metrics.figures(await book.figures()),
    expire: () => book.expire(),
    logger,
    onRetry,
    onFatal,
  });
  const handle = createRecordHandler({
    decode: decodeConfirmation,
    take: async (confirmations, position) => {
      const outcome = await book.takeIn(confirmations, position);
      dispatcher.wake();
      return outcome;
    },
    persist,
    metrics: createIntakeMetrics(registry, options.topic),
    logger,
  });
  const positions: Positions = {
    logStates: (sources) => readPositions(database, 'mails', sources),
    onReconnected: (listener) => database.onReconnected(listener),
  };
  return {
    async start() {
      await database.connect();
      dispatcher.start();
      housekeeping.start();
      await startIntake({ consumer, positions, handle, persist, logger, stopping, onFatal });
    },
    checks: () => ({
      [consumer.broker]: consumer.isReady() ? { ok: true } : { ok: false, detail: 'not connected' },
      postgresql: database.isReady()
        ? { ok: true }
        : { ok: false, detail: database.unreadyReason() ?? 'not connected' },
      smtp: dispatcher.isUp()
        ? { ok: true }
        : { ok: false, detail: dispatcher.unreadyReason() ?? 'not connected' },
    }),
    async stop() {
      await consumer.stop();
      await housekeeping.stop();
      await dispatcher.stop();
    },
  };
}
