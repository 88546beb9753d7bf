import type { Message } from '@caudal/common/message';
import {
  counter,
  gauge,
  histogram,
  LATENCY_BUCKETS_SECONDS,
  METRICS,
  type Registry,
} from '@caudal/common/metrics';
import type { BrokerCommit } from './messages/publish-to-all.ts';

/** Metrics of this service. */
export interface IngestMetrics {
  /** Counts messages confirmed by both brokers. */
  accepted(messages: readonly Message[]): void;
  /** Counts messages never published; one country per message. */
  refused(countries: readonly string[]): void;
  /** Counts messages published but not confirmed by all brokers in time. */
  unconfirmed(messages: readonly Message[]): void;
  /** Counts a response; `route` is a template, never a path. */
  answered(route: string, status: number): void;
  /** Records seconds from a POST's arrival to its response. */
  postTook(seconds: number): void;
  /** Records seconds from a flush to the confirm of its last message. */
  publishTook(broker: string, seconds: number): void;
}

type Outcome = 'accepted' | 'refused' | 'unconfirmed';

/** Registers the metrics; pending messages and broker state are read at each scrape, so `commits` may be filled later. */
export function createIngestMetrics(registry: Registry, commits: readonly BrokerCommit[]): IngestMetrics {
  const messages = counter(registry, METRICS.ingestMessages);
  const requests = counter(registry, METRICS.ingestRequests);
  const requestSeconds = histogram(registry, METRICS.ingestRequestSeconds, LATENCY_BUCKETS_SECONDS);
  const publishSeconds = histogram(registry, METRICS.publishSeconds, LATENCY_BUCKETS_SECONDS);
  gauge(registry, METRICS.ingestPending, (metric) => {
    for (const commit of commits) metric.set({ broker: commit.broker }, commit.pending());
  });
  gauge(registry, METRICS.brokerUp, (metric) => {
    for (const commit of commits) metric.set({ broker: commit.broker }, commit.isReady() ? 1 : 0);
  });
  const count = (outcome: Outcome, country: string): void => messages.inc({ country, outcome });
  return {
    accepted: (accepted) => {
      for (const { country } of accepted) count('accepted', country);
    },
    refused: (countries) => {
      for (const country of countries) count('refused', country);
    },
    unconfirmed: (unconfirmed) => {
      for (const { country } of unconfirmed) count('unconfirmed', country);
    },
    answered: (route, status) => requests.inc({ route, status: String(status) }),
    postTook: (seconds) => requestSeconds.observe({}, seconds),
    publishTook: (broker, seconds) => publishSeconds.observe({ broker }, seconds),
  };
}
