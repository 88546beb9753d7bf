import { alwaysHolds, requestMetrics, visibleStatuses } from '../summary.ts';
import { type QueryKind, queryKinds } from './query.ts';
import type { FilmsSettings } from './settings.ts';

/** Tag on every query, so that the request of `setup()` stays out of the figures. */
export const requestName = 'get-films';

/** What is counted for each kind of query. */
export const queryCounts = ['asked', 'answered', 'failed', 'savedByRetry', 'wrong'] as const;

/** - `asked`: queries handed to the network, once however often they are retried
 * - `answered`: by a result, or for a thing by its id by 404
 * - `failed`: by anything else, or not at all
 * - `savedByRetry`: answered at the second attempt
 * - `wrong`: answers that cannot be right, whatever films there are
 */
export type QueryCount = (typeof queryCounts)[number];

/** Names of these load tests' own metrics. */
export const filmMetrics = {
  asked: 'films_asked',
  answered: 'films_answered',
  failed: 'films_failed',
  savedByRetry: 'films_saved_by_retry',
  wrong: 'films_wrong',
  /** Answers by the server that the films were read from. Tag: server. */
  answeredBy: 'films_answered_by',
  requests: requestMetrics.requests,
  retriedRequests: requestMetrics.retriedRequests,
  retries: requestMetrics.retries,
} as const;

/** Servers that an answer may name. */
export const serverNames: readonly string[] = [
  ...Array.from({ length: 9 }, (_, place) => `replica-${place + 1}`),
  'primary',
  'cache',
  'other',
];

/** The count of one kind. */
export function kindName(name: QueryCount, kind: QueryKind): string {
  return `${filmMetrics[name]}{kind:${kind}}`;
}

/** The count of one server's answers. */
export function serverName(server: string): string {
  return `${filmMetrics.answeredBy}{server:${server}}`;
}

/** Durations of attempts answered 200, all or those of one kind. */
export function durationName(kind?: QueryKind): string {
  return `http_req_duration{name:${requestName},status:200${kind === undefined ? '' : `,kind:${kind}`}}`;
}

/** The conditions a run must meet; k6 exits 99 when one fails. */
export function filmsGates({ limits, load }: FilmsSettings): Record<string, string[]> {
  const fewest = load.kind === 'fixed-count' ? load.messages - limits.maxFailed : 1;
  return {
    [filmMetrics.answered]: [`count>=${Math.max(1, fewest)}`],
    [filmMetrics.failed]: [`count<=${limits.maxFailed}`],
    [filmMetrics.wrong]: ['count<=0'],
    [durationName()]: [`p(95)<${limits.p95Ms}`, `p(99)<${limits.p99Ms}`],
    dropped_iterations: [`count<=${limits.maxDropped}`],
  };
}

/** All thresholds of a run: the ones that judge it and the ones that make it countable. */
export function filmsThresholds(settings: FilmsSettings): Record<string, string[]> {
  const shown = visibleStatuses(requestName);
  for (const kind of queryKinds) {
    for (const name of queryCounts) shown[kindName(name, kind)] = [...alwaysHolds];
    shown[durationName(kind)] = ['max>=0'];
  }
  for (const server of serverNames) shown[serverName(server)] = [...alwaysHolds];
  return { ...shown, ...filmsGates(settings) };
}
