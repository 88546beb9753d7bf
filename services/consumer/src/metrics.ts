import type { LogEvent } from '@caudal/common/messaging';
import {
  BATCH_BUCKETS_MESSAGES,
  counter,
  gauge,
  histogram,
  LATENCY_BUCKETS_SECONDS,
  METRICS,
  type Registry,
} from '@caudal/common/metrics';
import type { ApplyResult } from '@caudal/common/stores';

type Applied = Extract<ApplyResult, { kind: 'applied' }>;

/** What one consumer tells Prometheus about its lane. */
export interface LaneMetrics {
  /** One store transaction went through. */
  applied(result: Applied, messages: number, seconds: number): void;
  /** A message reached the store, so long after the door took it in. */
  latency(seconds: number): void;
  redelivered(messages: number): void;
  parked(messages: number): void;
  /** A transaction is tried again. */
  storeRetry(): void;
  paused(isPaused: boolean): void;
  /** A log was replaced or cut, or has deleted what was not stored. */
  logEvent(event: LogEvent): void;
}

/** Registers the gauge of what this consumer holds; `inHand` is asked at every scrape. */
export function registerInHand(registry: Registry, lane: string, inHand: () => number): void {
  gauge(registry, METRICS.inHandMessages, (self) => self.set({ lane }, inHand()));
}

/** Registers the lane's metrics; `assignedSources` is asked at every scrape. */
export function createLaneMetrics(
  registry: Registry,
  lane: string,
  assignedSources: () => number,
): LaneMetrics {
  const stored = counter(registry, METRICS.storedMessages);
  const endToEnd = histogram(registry, METRICS.endToEndSeconds, LATENCY_BUCKETS_SECONDS).labels(lane);
  const batchMessages = histogram(registry, METRICS.batchMessages, BATCH_BUCKETS_MESSAGES).labels(lane);
  const storeSeconds = histogram(registry, METRICS.storeSeconds, LATENCY_BUCKETS_SECONDS).labels(lane);
  const duplicates = counter(registry, METRICS.duplicates).labels(lane);
  const redeliveries = counter(registry, METRICS.redeliveries).labels(lane);
  const deadLetters = counter(registry, METRICS.deadLetters).labels(lane);
  const retries = counter(registry, METRICS.storeRetries).labels(lane);
  const logRestarts = counter(registry, METRICS.logRestarts).labels(lane);
  const deletedUnstored = counter(registry, METRICS.deletedUnstored).labels(lane);
  const paused = gauge(registry, METRICS.lanePaused).labels(lane);
  gauge(registry, METRICS.assignedSources, (self) => self.set({ lane }, assignedSources()));
  // A counter that has not counted yet is 0, not absent: a rate needs the first point.
  for (const child of [duplicates, redeliveries, deadLetters, retries, logRestarts, deletedUnstored])
    child.inc(0);
  paused.set(0);
  return {
    applied(result, messages, seconds) {
      for (const [country, n] of result.storedByCountry) stored.inc({ lane, country }, n);
      duplicates.inc(result.duplicates);
      batchMessages.observe(messages);
      storeSeconds.observe(seconds);
    },
    latency: (seconds) => endToEnd.observe(seconds),
    redelivered: (messages) => redeliveries.inc(messages),
    parked: (messages) => deadLetters.inc(messages),
    storeRetry: () => retries.inc(),
    paused: (isPaused) => paused.set(isPaused ? 1 : 0),
    logEvent(event) {
      if (event.kind === 'restarted') logRestarts.inc();
      else deletedUnstored.inc(event.messages);
    },
  };
}
