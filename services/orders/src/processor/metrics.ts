import {
  counter,
  gauge,
  histogram,
  LATENCY_BUCKETS_SECONDS,
  METRICS,
  type Registry,
} from '@caudal/common/metrics';
import { countDatabaseRetries } from '../database/persist.ts';
import { STATES, type StateNumber } from '../domain/state.ts';
import { createIntakeMetrics, type IntakeMetrics } from '../log/intake-metrics.ts';
import type { BookFigures, Transition } from './order-book.ts';

/** Metrics of a processor. */
export interface ProcessorMetrics {
  /** Of reading accepted orders. */
  readonly intake: IntakeMetrics;
  /** Measures orders that were taken in. @param acceptedAt when each was accepted, ms since the epoch */
  waited(acceptedAt: readonly number[]): void;
  moved(transitions: readonly Transition[]): void;
  relayed(records: number): void;
  /** Counts work that is tried again, if it failed because of the database. */
  retried(error: unknown): void;
  figures(figures: BookFigures): void;
}

/**
 * Registers the metrics of a processor.
 * @param topic of accepted orders
 */
export function createProcessorMetrics(registry: Registry, topic: string): ProcessorMetrics {
  const takenIn = counter(registry, METRICS.ordersTakenIn);
  const duplicates = counter(registry, METRICS.orderDuplicates);
  const inLog = histogram(registry, METRICS.orderIntakeSeconds, LATENCY_BUCKETS_SECONDS);
  const transitions = counter(registry, METRICS.orderTransitions);
  const lateness = histogram(registry, METRICS.orderTimerLateness, LATENCY_BUCKETS_SECONDS);
  const relayed = counter(registry, METRICS.relayedRecords);
  const byState = gauge(registry, METRICS.ordersByState);
  const outboxRecords = gauge(registry, METRICS.outboxRecords);
  const outboxAge = gauge(registry, METRICS.outboxAgeSeconds);
  // Initialise counters to 0: a rate needs the first point.
  for (const child of [takenIn, duplicates, relayed]) child.inc(0);
  for (const state of [2, 3, 4] as const) transitions.inc({ state: nameOf(state) }, 0);
  return {
    intake: createIntakeMetrics(registry, topic, (fresh, again) => {
      takenIn.inc(fresh);
      duplicates.inc(again);
    }),
    waited(acceptedAt) {
      const now = Date.now();
      for (const accepted of acceptedAt) inLog.observe(Math.max(0, now - accepted) / 1_000);
    },
    moved(moved) {
      for (const { state, lateMs } of moved) {
        transitions.inc({ state: nameOf(state) });
        lateness.observe(lateMs / 1_000);
      }
    },
    relayed: (records) => relayed.inc(records),
    retried: countDatabaseRetries(registry, 'processor'),
    figures(figures) {
      for (const [state, orders] of figures.ordersByState) byState.set({ state: nameOf(state) }, orders);
      outboxRecords.set(figures.outboxRecords);
      outboxAge.set(figures.outboxAgeSeconds);
    },
  };
}

function nameOf(state: StateNumber): string {
  return STATES[state].state;
}
