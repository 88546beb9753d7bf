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

/** Metrics of a consumer and its lane. */
export interface LaneMetrics {
  /** Records a successful store transaction. */
  applied(result: Applied, messages: number, seconds: number): void;
  /** Records end-to-end latency in seconds. */
  latency(seconds: number): void;
  redelivered(messages: number): void;
  parked(messages: number): void;
  /** Counts messages of countries that the lane does not take. */
  skipped(messages: number): void;
  /** Counts a retried transaction. */
  storeRetry(): void;
  paused(isPaused: boolean): void;
  /** Counts logs replaced or truncated, and messages deleted before they were stored. */
  logEvent(event: LogEvent): void;
}

/** Registers the gauge of messages in hand; `inHand` is read at each scrape. */
export function registerInHand(registry: Registry, lane: string, inHand: () => number): void {
  gauge(registry, METRICS.inHandMessages, (self) => self.set({ lane }, inHand()));
}

/** Registers the gauge of assigned partitions; `sources` are read at each scrape: `topic:partition`, or a queue, which has none. */
export function registerPartitions(registry: Registry, lane: string, sources: () => readonly string[]): void {
  gauge(registry, METRICS.assignedPartition, (self) => {
    self.reset();
    for (const source of sources()) {
      const partition = /:(\d+)$/.exec(source)?.[1];
      if (partition !== undefined) self.set({ lane, partition }, 1);
    }
  });
}

/** What metrics have to know of a lane. */
export interface LaneLabels {
  readonly name: string;
  /** The only countries that it takes; undefined: all. */
  readonly countries?: readonly string[] | undefined;
}

/** Registers the lane's metrics; `assignedSources` is read at each scrape. */
export function createLaneMetrics(
  registry: Registry,
  { name: lane, countries }: LaneLabels,
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
  // A lane that takes every country skips nothing, so it has no such series.
  const skipped =
    countries === undefined ? undefined : counter(registry, METRICS.skippedMessages).labels(lane);
  skipped?.inc(0);
  const paused = gauge(registry, METRICS.lanePaused).labels(lane);
  gauge(registry, METRICS.assignedSources, (self) => self.set({ lane }, assignedSources()));
  // Initialise counters to 0: a rate needs the first point.
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
    skipped: (messages) => skipped?.inc(messages),
    storeRetry: () => retries.inc(),
    paused: (isPaused) => paused.set(isPaused ? 1 : 0),
    logEvent(event) {
      if (event.kind === 'restarted') logRestarts.inc();
      else deletedUnstored.inc(event.messages);
    },
  };
}
