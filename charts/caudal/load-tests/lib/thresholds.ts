import { countryCodes } from './countries.ts';
import type { Settings } from './settings.ts';
import { acceptedDurationName, alwaysHolds, requestMetrics, visibleStatuses } from './summary.ts';

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
  ...requestMetrics,
} as const;

/** The sub-metric of a country. */
export function perCountryName(metric: string, code: string): string {
  return `${metric}{country:${code}}`;
}

/** The conditions a run must meet; k6 exits 99 when one fails. */
export function gateThresholds(settings: Settings): Record<string, string[]> {
  const { limits, load } = settings;
  const fewest = load.kind === 'fixed-count' ? load.messages - limits.maxRefused - limits.maxUnknown : 1;
  return {
    [metricNames.accepted]: [`count>=${Math.max(1, fewest)}`],
    [metricNames.refused]: [`count<=${limits.maxRefused}`],
    [metricNames.unknown]: [`count<=${limits.maxUnknown}`],
    [acceptedDurationName(postName)]: [`p(95)<${limits.p95Ms}`, `p(99)<${limits.p99Ms}`],
    dropped_iterations: [`count<=${limits.maxDropped}`],
  };
}

/** Makes every country and every status countable, which the account needs. */
function visibilityThresholds(): Record<string, string[]> {
  const shown = visibleStatuses(postName);
  for (const metric of [metricNames.sent, metricNames.accepted, metricNames.refused]) {
    for (const code of countryCodes) shown[perCountryName(metric, code)] = [...alwaysHolds];
  }
  return shown;
}

/** All thresholds of a run: the ones that judge it and the ones that make it countable. */
export function allThresholds(settings: Settings): Record<string, string[]> {
  return { ...visibilityThresholds(), ...gateThresholds(settings) };
}
