import { AppError, errorMessage, isRefused } from '@caudal/common/errors';
import type { Logger } from '@caudal/common/logging';
import type { LogWriter } from '@caudal/common/messaging';
import { type ConfirmationRecord, encodeRecord } from '../domain/records.ts';
import { Loop } from '../loop.ts';
import type { ProcessorMetrics } from './metrics.ts';
import type { OrderBook } from './order-book.ts';

/** Longest time between two looks, ms: an order may be cancelled, or another process may end, without telling this one. */
const LONGEST_WAIT_MS = 250;
/** Time to gather what happens, ms: a transaction and a write for each transition would take most of a processor. */
const GATHER_MS = 100;
/** Most transitions that are announced together. */
const MAX_RECORDS = 500;

/** Announces what happened to orders. */
export interface Relay {
  start(): void;
  /** Says that there is something to announce: it is, with what follows it within 100 ms. */
  wake(): void;
  /** Resolves when what is being announced is over; the rest stays for the next process. */
  stop(): Promise<void>;
}

/**
 * Creates a relay that announces transitions by several loops at a time, each with other orders. A transition is forgotten only when
 * the log has confirmed it: one of unknown outcome is announced again.
 */
export function createRelay(options: {
  readonly book: OrderBook;
  readonly writer: LogWriter;
  readonly metrics: ProcessorMetrics;
  readonly logger: Logger;
  /** Number of loops; each holds a connection to the book while the log is written. */
  readonly parallel: number;
  readonly onFatal: (error: unknown) => void;
}): Relay {
  const { book, writer, metrics, logger, parallel, onFatal } = options;
  async function write(records: readonly ConfirmationRecord[]): Promise<void> {
    try {
      await writer.write(records.map((record) => ({ key: record.orderid, value: encodeRecord(record) })));
    } catch (error) {
      // The topic's limit can be raised; until then other orders are announced, and timers run.
      if (isRefused(error))
        throw new AppError('BROKER_REFUSED', errorMessage(error), { retriable: true, cause: error });
      throw error;
    }
  }
  const loops: readonly Loop[] = Array.from(
    { length: parallel },
    (_, index) =>
      new Loop({
        name: `relay ${index + 1}`,
        logger,
        onFatal,
        onRetry: (error) => metrics.retried(error),
        async step() {
          // Nothing is claimed that cannot be written: it would only be kept from others.
          if (!writer.isReady()) return LONGEST_WAIT_MS;
          const announced = await book.announce(MAX_RECORDS, write);
          metrics.relayed(announced);
          if (announced === 0) return LONGEST_WAIT_MS;
          // Each takes at most half of what there is; the others help where that is much.
          if (announced < MAX_RECORDS / 2) return GATHER_MS;
          loops[index + 1]?.wake();
          return 0;
        },
      }),
  );
  let gathering: NodeJS.Timeout | undefined;
  return {
    start: () => {
      for (const loop of loops) loop.start();
    },
    wake() {
      gathering ??= setTimeout(() => {
        gathering = undefined;
        loops[0]?.wake();
      }, GATHER_MS);
    },
    async stop() {
      clearTimeout(gathering);
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}
