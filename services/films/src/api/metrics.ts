import { counter, histogram, LATENCY_BUCKETS_SECONDS, METRICS, type Registry } from '@caudal/common/metrics';

const KINDS = ['browse', 'search', 'contains', 'film', 'directors', 'director'] as const;

/** Kind of a question. */
export type QuestionKind = (typeof KINDS)[number];

const OUTCOMES = ['hit', 'miss'] as const;

/** Metrics of the films API. */
export interface FilmMetrics {
  /** Counts a response and the seconds it took; `route` is a template, never a path. */
  answered(route: string, status: number, seconds: number): void;
  /** Counts a question to the database. */
  asked(kind: QuestionKind): void;
  /** Counts what the cache of answers had for a question. */
  looked(outcome: (typeof OUTCOMES)[number]): void;
}

/** Registers the metrics. */
export function createFilmMetrics(registry: Registry): FilmMetrics {
  const requests = counter(registry, METRICS.filmRequests);
  const seconds = histogram(registry, METRICS.filmRequestSeconds, LATENCY_BUCKETS_SECONDS);
  const queries = counter(registry, METRICS.filmQueries);
  const cache = counter(registry, METRICS.filmCache);
  for (const kind of KINDS) queries.inc({ kind }, 0);
  for (const outcome of OUTCOMES) cache.inc({ outcome }, 0);
  return {
    answered(route, status, took) {
      requests.inc({ route, status: String(status) });
      seconds.observe({ route }, took);
    },
    asked: (kind) => queries.inc({ kind }),
    looked: (outcome) => cache.inc({ outcome }),
  };
}
