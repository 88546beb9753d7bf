import { Counter, Trend } from 'k6/metrics';
import type { Outcome } from './outcome.ts';
import type { SendResult } from './send.ts';
import { metricNames } from './thresholds.ts';

/** Counts messages and requests over all virtual users, which share nothing but k6's metrics. */
export type Counters = {
  /** Before the first attempt: from here on the messages are unknown. */
  countSent(perCountry: ReadonlyMap<string, number>): void;
  /** After the last answer: unless that says nothing, the messages are known. */
  countSettled(perCountry: ReadonlyMap<string, number>, result: SendResult): void;
};

function sum(perCountry: ReadonlyMap<string, number>): number {
  let total = 0;
  perCountry.forEach((messages) => {
    total += messages;
  });
  return total;
}

/** Declares the metrics; k6 allows it in the init context only. */
export function createCounters(): Counters {
  const sent = new Counter(metricNames.sent);
  const settled: Record<Exclude<Outcome, 'unknown'>, Counter> = {
    accepted: new Counter(metricNames.accepted),
    refused: new Counter(metricNames.refused),
  };
  const unknown = new Counter(metricNames.unknown);
  const requests = new Counter(metricNames.requests);
  const retriedRequests = new Counter(metricNames.retriedRequests);
  const retries = new Counter(metricNames.retries);
  const settleTime = new Trend(metricNames.settleTime, true);
  return {
    countSent(perCountry) {
      perCountry.forEach((messages, country) => {
        sent.add(messages, { country });
      });
      unknown.add(sum(perCountry));
      requests.add(1);
    },
    countSettled(perCountry, { outcome, attempts, settledAfterMs }) {
      if (attempts > 1) {
        retriedRequests.add(1);
        retries.add(attempts - 1);
      }
      if (outcome === 'unknown') return;
      const counter = settled[outcome];
      perCountry.forEach((messages, country) => {
        counter.add(messages, { country });
      });
      unknown.add(-sum(perCountry));
      if (outcome === 'accepted') settleTime.add(settledAfterMs);
    },
  };
}
