import { METRICS } from '@caudal/common/metrics';
import { quantiles, RATE_WINDOW, SCOPE, type Signal, select } from './signal.ts';

const byCountry = `${SCOPE}, country=~"$country"`;

/** Messages per second at ingest, by outcome. */
export const INGEST_RATE: Signal = {
  title: 'Messages at ingest',
  description:
    'Messages per second by outcome. Accepted: both brokers confirmed. Refused: never published. Unconfirmed: published, no confirm before the deadline.',
  unit: 'mps',
  queries: [
    {
      expr: `sum by (outcome) (rate(${select(METRICS.ingestMessages, byCountry)}[${RATE_WINDOW}]))`,
      legend: '{{outcome}}',
    },
  ],
};

/** Requests per second, by route and status. */
export const REQUEST_RATE: Signal = {
  title: 'Requests',
  description:
    'HTTP requests per second by route and status. 202 is success; 429 and 503 ask the client to retry later (Retry-After).',
  unit: 'reqps',
  queries: [
    {
      expr: `sum by (route, status) (rate(${select(METRICS.ingestRequests, SCOPE)}[${RATE_WINDOW}]))`,
      legend: '{{route}} {{status}}',
    },
  ],
};

/** Response time of a POST. */
export const REQUEST_SECONDS: Signal = {
  title: 'POST response time',
  description:
    'Time from the first byte of a POST to its response. A 202 waits for the confirms of both brokers, so the slower broker determines it.',
  unit: 's',
  queries: quantiles(METRICS.ingestRequestSeconds, SCOPE),
};

/** Unconfirmed messages by broker. */
export const PENDING: Signal = {
  title: 'Messages waiting for a confirm',
  description:
    'Messages published by ingest and not yet confirmed by the broker. Bounded: at MAX_PENDING_MESSAGES ingest responds with 503.',
  unit: 'short',
  queries: [{ expr: `sum by (broker) (${select(METRICS.ingestPending, SCOPE)})`, legend: '{{broker}}' }],
};

/** Time to publish and confirm one flush, by broker. */
export const PUBLISH_SECONDS: Signal = {
  title: 'Publish time',
  description:
    'Time from a flush (messages of several requests) to the confirm of its last message, by broker.',
  unit: 's',
  queries: quantiles(METRICS.publishSeconds, SCOPE, ['broker']),
};

/** Whether ingest can publish to each broker. */
export const BROKER_UP: Signal = {
  title: 'Brokers, seen from ingest',
  description:
    'Whether every ingest process can publish to the broker. A process that cannot is not ready and responds with 503.',
  unit: 'short',
  queries: [{ expr: `min by (broker) (${select(METRICS.brokerUp, SCOPE)})`, legend: '{{broker}}' }],
};
