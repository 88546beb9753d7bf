import { Counter, Trend } from 'k6/metrics';
import type { SendResult } from '../send.ts';
import type { Wish } from './order.ts';
import { orderMetrics } from './thresholds.ts';

/** Counts over all virtual users, which share nothing but k6's metrics. */
export type OrderCounters = {
  /** Adds one to a plain counter. */
  count(name: Plain): void;
  /** Before the first attempt: from here on the order is unknown. */
  countSent(wish: Pick<Wish, 'order'>): void;
  /** After the last answer: unless that says nothing, the order is known. */
  countSettled(wish: Pick<Wish, 'order'>, result: SendResult): void;
  /** Attempts of a repeat. */
  countAttempts(result: Pick<SendResult, 'attempts'>): void;
};

const plain = [
  'cancelsAsked',
  'cancelled',
  'kept',
  'repeatsSent',
  'repeatsAnswered',
  'looks',
  'watched',
  'watchedToEnd',
  'wrong',
] as const;

type Plain = (typeof plain)[number];

/** Declares the metrics; k6 allows it in the init context only. */
export function createOrderCounters(): OrderCounters {
  const plainCounters = new Map<Plain, Counter>(plain.map((name) => [name, new Counter(orderMetrics[name])]));
  const sent = new Counter(orderMetrics.sent);
  const settled = {
    accepted: new Counter(orderMetrics.accepted),
    refused: new Counter(orderMetrics.refused),
  };
  const unknown = new Counter(orderMetrics.unknown);
  const badSent = new Counter(orderMetrics.badSent);
  const badSettled = {
    accepted: new Counter(orderMetrics.badAccepted),
    refused: new Counter(orderMetrics.badRefused),
  };
  const requests = new Counter(orderMetrics.requests);
  const retriedRequests = new Counter(orderMetrics.retriedRequests);
  const retries = new Counter(orderMetrics.retries);
  const settleTime = new Trend(orderMetrics.settleTime, true);

  const countAttempts: OrderCounters['countAttempts'] = ({ attempts }) => {
    requests.add(1);
    if (attempts === 1) return;
    retriedRequests.add(1);
    retries.add(attempts - 1);
  };
  return {
    count: (name) => plainCounters.get(name)?.add(1),
    countSent({ order }) {
      if (order === undefined) {
        badSent.add(1);
        return;
      }
      sent.add(1);
      unknown.add(1);
    },
    countSettled({ order }, result) {
      countAttempts(result);
      const { outcome } = result;
      if (outcome === 'unknown') return;
      if (order === undefined) {
        badSettled[outcome].add(1);
        return;
      }
      settled[outcome].add(1);
      unknown.add(-1);
      if (outcome === 'accepted') settleTime.add(result.settledAfterMs);
    },
    countAttempts,
  };
}
