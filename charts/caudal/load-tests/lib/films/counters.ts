import { Counter } from 'k6/metrics';
import type { QueryKind } from './query.ts';
import { filmMetrics, type QueryCount, queryCounts, serverNames } from './thresholds.ts';

/** Counts over all virtual users, which share nothing but k6's metrics. */
export type FilmCounters = {
  /** Adds one. */
  count(name: QueryCount, kind: QueryKind): void;
  countAttempts(attempts: number): void;
  /** @param server that the answer names */
  countAnswer(server: string | undefined): void;
};

/** Declares the metrics; k6 allows it in the init context only. */
export function createFilmCounters(): FilmCounters {
  const counters = new Map(queryCounts.map((name) => [name, new Counter(filmMetrics[name])]));
  const requests = new Counter(filmMetrics.requests);
  const retriedRequests = new Counter(filmMetrics.retriedRequests);
  const retries = new Counter(filmMetrics.retries);
  const answeredBy = new Counter(filmMetrics.answeredBy);
  return {
    count: (name, kind) => counters.get(name)?.add(1, { kind }),
    countAttempts(attempts) {
      requests.add(1);
      if (attempts === 1) return;
      retriedRequests.add(1);
      retries.add(attempts - 1);
    },
    countAnswer(server) {
      answeredBy.add(1, { server: serverNames.find((name) => name === server) ?? 'other' });
    },
  };
}
