import type { ReadinessCheck } from '@caudal/common/lifecycle';
import type { Logger } from '@caudal/common/logging';
import { type LogWriter, type MessageConsumer, untilConnected } from '@caudal/common/messaging';
import { createHousekeeping } from '../database/housekeeping.ts';
import { createPersist } from '../database/persist.ts';
import { decodeOrder } from '../domain/records.ts';
import { createRecordHandler } from '../log/handle-records.ts';
import { startIntake } from '../log/intake.ts';
import type { ProcessorMetrics } from './metrics.ts';
import type { OrderBook } from './order-book.ts';
import { createRelay } from './relay.ts';
import { createTimer } from './timer.ts';

/** A running processor. */
export interface ProcessorApp {
  /**
   * Connects to the book, then to the log, trying for as long as it takes. Timers run from when the book is there. Resolves early
   * when the service stops.
   *
   * @throws an error that no retry can help
   */
  start(): Promise<void>;
  checks(): Readonly<Record<string, ReadinessCheck>>;
  /** What to stop, in order; each resolves when what it had in hand is over. */
  readonly stops: readonly (readonly [name: string, stop: () => Promise<void>])[];
}

/** Dependencies and settings of a processor. */
export interface ProcessorOptions {
  /** Reads accepted orders. */
  readonly consumer: MessageConsumer;
  /** Writes announcements. */
  readonly writer: LogWriter;
  readonly book: OrderBook;
  readonly metrics: ProcessorMetrics;
  readonly logger: Logger;
  readonly tickMaxOrders: number;
  /** Announcements at a time. */
  readonly relays: number;
  readonly stopping: AbortSignal;
  /** Called for an unrecoverable error: the process should exit and be restarted. */
  readonly onFatal: (error: unknown) => void;
}

/**
 * Creates the processor: it takes accepted orders in, moves them through their states, and announces each. The three do not wait
 * for each other: without the log timers run, and what happened is announced later.
 */
export function createProcessorApp(options: ProcessorOptions): ProcessorApp {
  const { consumer, writer, book, metrics, logger, stopping, onFatal } = options;
  const relay = createRelay({ book, writer, metrics, logger, parallel: options.relays, onFatal });
  const timer = createTimer({
    book,
    metrics,
    logger,
    maxOrders: options.tickMaxOrders,
    onMoved: () => relay.wake(),
    onFatal,
  });
  const onRetry = (error: unknown): void => metrics.retried(error);
  const housekeeping = createHousekeeping({
    readFigures: async () => metrics.figures(await book.figures()),
    expire: async () => (await book.expire()) > 0,
    logger,
    onRetry,
    onFatal,
  });
  const persist = createPersist(onRetry);
  const handle = createRecordHandler({
    decode: decodeOrder,
    async take(orders, position) {
      const outcome = await book.takeIn(orders, position);
      if (outcome.kind === 'moved') return outcome;
      metrics.waited(orders.map(({ acceptedAt }) => acceptedAt));
      if (outcome.fresh > 0) relay.wake();
      return outcome;
    },
    persist,
    metrics: metrics.intake,
    logger,
  });

  async function connectAll(): Promise<void> {
    await book.connect();
    timer.start();
    housekeeping.start();
    const name = `${writer.broker} for announcements`;
    await Promise.all([
      untilConnected(() => writer.connect(), { name, logger, stopping }).then(() => relay.start()),
      startIntake({ consumer, positions: book, handle, persist, logger, stopping, onFatal }),
    ]);
  }

  return {
    async start() {
      try {
        await connectAll();
      } catch (error) {
        // What is being connected fails when it is closed.
        if (!stopping.aborted) throw error;
      }
    },
    checks: () => ({
      [consumer.broker]:
        consumer.isReady() && writer.isReady() ? { ok: true } : { ok: false, detail: 'not connected' },
      [book.name]: book.isReady()
        ? { ok: true }
        : { ok: false, detail: book.unreadyReason() ?? 'not connected' },
    }),
    stops: [
      ['consumer', () => consumer.stop()],
      ['timer', () => timer.stop()],
      ['housekeeping', () => housekeeping.stop()],
      ['relay', () => relay.stop()],
      ['writer', () => writer.close()],
      ['database', () => book.close()],
    ],
  };
}
