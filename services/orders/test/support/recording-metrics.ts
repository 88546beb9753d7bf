import type { ProcessorMetrics } from '../../src/processor/metrics.ts';
import type { BookFigures, Transition } from '../../src/processor/order-book.ts';

/** Metrics that only remember. */
export function recordingMetrics(): ProcessorMetrics & {
  readonly seen: {
    newOrders: number;
    duplicates: number;
    redelivered: number;
    parked: number;
    relayed: number;
    retries: unknown[];
    moved: Transition[];
    figures: BookFigures[];
  };
} {
  const seen = {
    newOrders: 0,
    duplicates: 0,
    redelivered: 0,
    parked: 0,
    relayed: 0,
    retries: [] as unknown[],
    moved: [] as Transition[],
    figures: [] as BookFigures[],
  };
  return {
    seen,
    takenIn(newOrders, duplicates) {
      seen.newOrders += newOrders;
      seen.duplicates += duplicates;
    },
    redelivered(records) {
      seen.redelivered += records;
    },
    parked(records) {
      seen.parked += records;
    },
    moved: (transitions) => void seen.moved.push(...transitions),
    relayed(records) {
      seen.relayed += records;
    },
    retried: (error) => void seen.retries.push(error),
    figures: (figures) => void seen.figures.push(figures),
  };
}
