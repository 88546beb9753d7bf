import type { Logger } from '@caudal/common/logging';
import { Loop } from '../loop.ts';
import type { ProcessorMetrics } from './metrics.ts';
import type { OrderBook } from './order-book.ts';

/** Shortest time between two reads of figures, ms. */
const FIGURES_MS = 1_000;
/** Reading figures takes at most this part of the time: a full book takes longer to count. */
const FIGURES_SHARE = 1 / 20;
/** Time between two deletions, ms. */
const EXPIRY_MS = 60_000;

/** Work beside that on orders. */
export interface Housekeeping {
  start(): void;
  stop(): Promise<void>;
}

/** Creates the loops that read figures into metrics, and delete orders that are no longer kept. */
export function createHousekeeping(options: {
  readonly book: OrderBook;
  readonly metrics: ProcessorMetrics;
  readonly logger: Logger;
  readonly onFatal: (error: unknown) => void;
}): Housekeeping {
  const { book, metrics, logger, onFatal } = options;
  const onRetry = (error: unknown): void => metrics.retried(error);
  const loops = [
    new Loop({
      name: 'figures',
      logger,
      onFatal,
      onRetry,
      async step() {
        const startedAt = performance.now();
        metrics.figures(await book.figures());
        return Math.max(FIGURES_MS, (performance.now() - startedAt) / FIGURES_SHARE);
      },
    }),
    new Loop({
      name: 'expiry',
      logger,
      onFatal,
      onRetry,
      // As many as there are: retention must keep up with what comes in.
      step: async () => ((await book.expire()) > 0 ? 0 : EXPIRY_MS),
    }),
  ];
  return {
    start: () => {
      for (const loop of loops) loop.start();
    },
    stop: async () => void (await Promise.all(loops.map((loop) => loop.stop()))),
  };
}
