import type { IntakeMetrics } from '../../src/log/intake-metrics.ts';
import type { ProcessorMetrics } from '../../src/processor/metrics.ts';
import type { BookFigures, Transition } from '../../src/processor/order-book.ts';

/** Metrics of reading a log that only remember. */
export function recordingIntakeMetrics(): IntakeMetrics & {
  readonly seen: { fresh: number; duplicates: number; redelivered: number; parked: number };
} {
  const seen = { fresh: 0, duplicates: 0, redelivered: 0, parked: 0 };
  return {
    seen,
    taken(fresh, duplicates) {
      seen.fresh += fresh;
      seen.duplicates += duplicates;
    },
    redelivered(records) {
      seen.redelivered += records;
    },
    parked(records) {
      seen.parked += records;
    },
  };
}

/** Metrics of a processor that only remember. */
export function recordingMetrics(): ProcessorMetrics & {
  readonly seen: { relayed: number; retries: unknown[]; moved: Transition[]; figures: BookFigures[] };
} {
  const seen = {
    relayed: 0,
    retries: [] as unknown[],
    moved: [] as Transition[],
    figures: [] as BookFigures[],
  };
  return {
    seen,
    intake: recordingIntakeMetrics(),
    waited: () => undefined,
    moved: (transitions) => void seen.moved.push(...transitions),
    relayed(records) {
      seen.relayed += records;
    },
    retried: (error) => void seen.retries.push(error),
    figures: (figures) => void seen.figures.push(figures),
  };
}
