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
import type { BookFigures, Transition } from './order-book.ts';

/** Metrics of a processor. */
export interface ProcessorMetrics {
  /** Counts a batch that was taken in. @param acceptedAt when its orders were accepted, ms since the epoch */
  takenIn(newOrders: number, duplicates: number, acceptedAt: readonly number[]): void;
  redelivered(records: number): void;
  parked(records: number): void;
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
  const redeliveries = counter(registry, METRICS.orderRedeliveries).labels(topic);
  const deadLetters = counter(registry, METRICS.orderDeadLetters).labels(topic);
  const transitions = counter(registry, METRICS.orderTransitions);
  const lateness = histogram(registry, METRICS.orderTimerLateness, LATENCY_BUCKETS_SECONDS);
  const relayed = counter(registry, METRICS.relayedRecords);
  const byState = gauge(registry, METRICS.ordersByState);
  const outboxRecords = gauge(registry, METRICS.outboxRecords);
  const outboxAge = gauge(registry, METRICS.outboxAgeSeconds);
  // Initialise counters to 0: a rate needs the first point.
  for (const child of [takenIn, duplicates, redeliveries, deadLetters, relayed]) child.inc(0);
  for (const state of [2, 3, 4] as const) transitions.inc({ state: nameOf(state) }, 0);
  return {
    takenIn(newOrders, again, acceptedAt) {
      takenIn.inc(newOrders);
      duplicates.inc(again);
      const now = Date.now();
      for (const accepted of acceptedAt) inLog.observe(Math.max(0, now - accepted) / 1_000);
    },
    redelivered: (records) => redeliveries.inc(records),
    parked: (records) => deadLetters.inc(records),
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
