import type { Logger } from '@caudal/common/logging';
import { Loop } from '../loop.ts';
import type { ProcessorMetrics } from './metrics.ts';
import type { OrderBook } from './order-book.ts';

/** Longest time between two looks, ms: other processes take orders in without telling this one. */
const LONGEST_WAIT_MS = 250;
/** Shortest time, ms: what becomes due within it is moved together, by one commit. */
const SHORTEST_WAIT_MS = 20;

/** Creates the loop that moves orders whose time has come; `onMoved` is called after each time that it moved some. */
export function createTimer(options: {
  readonly book: OrderBook;
  readonly metrics: ProcessorMetrics;
  readonly logger: Logger;
  /** Most orders that one step moves. */
  readonly maxOrders: number;
  readonly onMoved: () => void;
  readonly onFatal: (error: unknown) => void;
}): Loop {
  const { book, metrics, logger, maxOrders, onMoved, onFatal } = options;
  return new Loop({
    name: 'timer',
    logger,
    onFatal,
    onRetry: (error) => metrics.retried(error),
    async step() {
      const moved = await book.tick(maxOrders);
      metrics.moved(moved);
      if (moved.length > 0) onMoved();
      if (moved.length >= maxOrders) return 0;
      // Where orders come in a stream more are due soon.
      if (moved.length > 0) return SHORTEST_WAIT_MS;
      const dueMs = (await book.nextDueMs()) ?? LONGEST_WAIT_MS;
      return Math.min(Math.max(dueMs, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
    },
  });
}
