import { countryCodes } from './countries.ts';
import type { Settings } from './settings.ts';

/** Tag on every POST, so that the request of `setup()` stays out of the figures. */
export const postName = 'post-messages';

/** Names of the load tests' own metrics. */
export const metricNames = {
  /** Messages handed to the network, once however often they are retried. Tag: country. */
  sent: 'messages_sent',
  /** Messages answered 202. Tag: country. */
  accepted: 'messages_accepted',
  /** Messages answered so that none was published. Tag: country. */
  refused: 'messages_refused',
  /** Messages sent and not (yet) settled: goes up when sent, down when settled. */
  unknown: 'messages_unknown',
  /** Requests, once however often they are retried. */
  requests: 'requests_sent',
  /** Requests that needed more than one attempt. */
  retriedRequests: 'requests_retried',
  /** Attempts beyond the first. */
  retries: 'request_retries',
  /** From the first attempt to the accepting answer, waits included. */
  settleTime: 'request_settle_time',
} as const;

/** The sub-metric of a country. */
export function perCountryName(metric: string, code: string): string {
  return `${metric}{country:${code}}`;
}

/** Statuses worth a row of their own; anything else is counted as `other`. */
export const countedStatuses: readonly number[] = [
  0, 200, 202, 301, 302, 307, 308, 400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 431, 500, 501, 502,
  503, 504,
];

/** Attempts answered at all or not. */
export const attemptsName = `http_reqs{name:${postName}}`;
/** Attempts that got one status; 0 stands for no answer. */
export function statusName(status: number): string {
  return `http_reqs{name:${postName},status:${status}}`;
}
/** Durations of attempts answered 202. */
export const acceptedDurationName = `http_req_duration{name:${postName},status:202}`;

/** The conditions a run must meet; k6 exits 99 when one fails. */
export function gateThresholds(settings: Settings): Record<string, string[]> {
  const { limits, load } = settings;
  const fewest = load.kind === 'fixed-count' ? load.messages - limits.maxRefused - limits.maxUnknown : 1;
  return {
    [metricNames.accepted]: [`count>=${Math.max(1, fewest)}`],
    [metricNames.refused]: [`count<=${limits.maxRefused}`],
    [metricNames.unknown]: [`count<=${limits.maxUnknown}`],
    [acceptedDurationName]: [`p(95)<${limits.p95Ms}`, `p(99)<${limits.p99Ms}`],
    dropped_iterations: [`count<=${limits.maxDropped}`],
  };
}

/**
 * Conditions that always hold: k6 shows a metric by tag at the end of a run only where a threshold names it,
 * and the account needs every country and every status.
 */
function visibilityThresholds(): Record<string, string[]> {
  const always = ['count>=0'];
  const shown: Record<string, string[]> = { [attemptsName]: always };
  for (const status of countedStatuses) shown[statusName(status)] = always;
  for (const metric of [metricNames.sent, metricNames.accepted, metricNames.refused]) {
    for (const code of countryCodes) shown[perCountryName(metric, code)] = always;
  }
  return shown;
}

/** All thresholds of a run: the ones that judge it and the ones that make it countable. */
export function allThresholds(settings: Settings): Record<string, string[]> {
  return { ...visibilityThresholds(), ...gateThresholds(settings) };
}
