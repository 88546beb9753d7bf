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

/** What this service counts. */
export interface IngestMetrics {
  /** Both brokers confirmed these. */
  accepted(messages: readonly Message[]): void;
  /** Never published; one country for each message. */
  refused(countries: readonly string[]): void;
  /** Published, but not confirmed by all brokers in time. */
  unconfirmed(messages: readonly Message[]): void;
  /** A request has been answered; `route` is a template, never a path. */
  answered(route: string, status: number): void;
  /** Seconds from a POST's arrival to its answer. */
  postTook(seconds: number): void;
  /** Seconds from a flush to the confirm of its last message. */
  publishTook(broker: string, seconds: number): void;
}

type Outcome = 'accepted' | 'refused' | 'unconfirmed';

/** Registers the metrics; pending messages and broker state are read whenever they are scraped, so `commits` may be filled later. */
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
