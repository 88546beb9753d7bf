import { METRICS, type MetricDefinition } from '@caudal/common/metrics';
import { quantiles, RATE_WINDOW, SCOPE, type Signal, select } from './signal.ts';

const perSecond = (metric: MetricDefinition, matchers = ''): string =>
  `rate(${select(metric, matchers === '' ? SCOPE : `${SCOPE}, ${matchers}`)}[${RATE_WINDOW}])`;

/** 1 for a server that any process sends reads to. */
const IS_IN = `max by (server) (${select(METRICS.filmReplicaIn, SCOPE)})`;

/** Requests per second to the films API. */
export const FILM_REQUEST_RATE: Signal = {
  title: 'Requests to films',
  description:
    'HTTP requests per second by route and status. 503 asks the client to retry later (Retry-After): no server answered in time.',
  unit: 'reqps',
  queries: [
    { expr: `sum by (route, status) (${perSecond(METRICS.filmRequests)})`, legend: '{{route}} {{status}}' },
  ],
};

/** Response time of the films API. */
export const FILM_SECONDS: Signal = {
  title: 'Response time of films',
  description:
    'Time from a request to its response, of all routes. A read that fails is sent once more to another server within the same deadline, which shows in the 99th percentile alone.',
  unit: 's',
  queries: quantiles(METRICS.filmRequestSeconds, SCOPE),
};

/** Questions to the database by kind. */
export const FILM_QUERY_RATE: Signal = {
  title: 'Questions to the database',
  description:
    'Questions per second by kind. A search is a search by words; contains is the slow one, anywhere within a title. Answers from the cache are not in it.',
  unit: 'ops',
  queries: [{ expr: `sum by (kind) (${perSecond(METRICS.filmQueries)})`, legend: '{{kind}}' }],
};

/** Share of questions that the cache answers. */
export const FILM_CACHE_HITS: Signal = {
  title: 'Answered from the cache',
  description:
    'Share of questions whose answer a process had in memory. An import makes it fall to zero: answers are kept by version.',
  unit: 'percentunit',
  queries: [
    {
      expr: `sum(${perSecond(METRICS.filmCache, 'outcome="hit"')}) / sum(${perSecond(METRICS.filmCache)})`,
      legend: 'from the cache',
    },
  ],
};

/** Reads that each server answered. */
export const FILM_READ_RATE: Signal = {
  title: 'Reads by server',
  description:
    'Reads per second that each server answered. Replicas share them by load; the primary answers where none of them can.',
  unit: 'ops',
  queries: [
    { expr: `sum by (server) (${perSecond(METRICS.filmReads, 'outcome="answered"')})`, legend: '{{server}}' },
  ],
};

/** Time of a read at each server. */
export const FILM_READ_SECONDS: Signal = {
  title: 'Time of a read, by server',
  description:
    'From when a read was sent to its answer: the median and the 99th percentile of each server. A server that is slower than the others gets fewer reads.',
  unit: 's',
  queries: [0, 2].map((index) => {
    const query = quantiles(METRICS.filmReadSeconds, SCOPE, ['server'])[index];
    if (query === undefined) throw new RangeError(`there is no percentile ${index}`);
    return query;
  }),
};

/** How far each replica is behind. */
export const FILM_REPLICA_LAG: Signal = {
  title: 'Lag of replicas',
  description:
    'How far each server is behind the newest beat that was seen of the primary, as the process that knows best sees it. From REPLICA_MAX_LAG_MS on it gets no reads. A primary that is away makes no lag: nothing is written then.',
  unit: 's',
  queries: [{ expr: `min by (server) (${select(METRICS.filmReplicaLag, SCOPE)})`, legend: '{{server}}' }],
};

/** Whether each server gets reads. */
export const FILM_REPLICA_IN: Signal = {
  title: 'Servers that get reads',
  description:
    'Whether any process sends reads to a server. Out: it does not answer its probes, is behind, or failed three times in a row. It is in again after two good probes.',
  unit: 'short',
  queries: [{ expr: IS_IN, legend: '{{server}}' }],
};

/** Version of the films on each server. */
export const FILM_VERSIONS: Signal = {
  title: 'Version of the films',
  description:
    'Number of the import that each server has as its current one. After an import the replicas follow within their lag; a page with at= keeps the version that it began with.',
  unit: 'short',
  queries: [{ expr: `max by (server) (${select(METRICS.filmVersion, SCOPE)})`, legend: '{{server}}' }],
};

/** Reads that failed at first and were answered anyway. */
export const FILM_REPEATS: Signal = {
  title: 'Reads that were rescued',
  description:
    'Per second. Once more: the first server failed, another one answered. Last resort: no replica could take it, so the primary did. Neither is seen by clients.',
  unit: 'ops',
  queries: [
    { expr: `sum(${perSecond(METRICS.filmRetries)})`, legend: 'once more' },
    { expr: `sum(${perSecond(METRICS.filmLastResort)})`, legend: 'last resort' },
  ],
};

/** Reads that servers failed. */
export const FILM_FAILED_READS: Signal = {
  title: 'Reads that a server failed',
  description:
    'Per second, by server: failed is tried once more elsewhere, late was given up when the deadline had passed.',
  unit: 'ops',
  // A server that never failed has no such series.
  queries: ['failed', 'late'].map((outcome) => ({
    expr: `sum by (server) (${perSecond(METRICS.filmReads, `outcome="${outcome}"`)}) or on (server) 0 * ${IS_IN}`,
    legend: `{{server}} ${outcome}`,
  })),
};

/** Times that servers were left out. */
export const FILM_REPLICA_OUTS: Signal = {
  title: 'Times that a server was left out',
  description:
    'How often, by server and reason, as all processes together saw it: unreachable, errors, lagging, or not_a_replica (it has been promoted).',
  unit: 'short',
  queries: [
    {
      expr: `sum by (server, reason) (increase(${select(METRICS.filmReplicaOuts, SCOPE)}[${RATE_WINDOW}])) or on (server) 0 * ${IS_IN}`,
      legend: '{{server}} {{reason}}',
    },
  ],
};

/** Counts series that every process of films exports; empty where the system is off. */
export const FILMS_SERIES = `count({__name__="${METRICS.filmReplicaIn.name}"})`;
