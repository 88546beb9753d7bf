import { countryCodes } from './countries.ts';
import type { ScenarioName } from './profiles.ts';
import type { RunIdentity } from './run.ts';
import type { Settings } from './settings.ts';
import {
  acceptedDurationName,
  count,
  type LatencyFigures,
  latency,
  type RequestFigures,
  requestFigures,
  type SummaryData,
  type ThresholdResults,
  thresholdResults,
} from './summary.ts';
import { gateThresholds, metricNames, perCountryName, postName } from './thresholds.ts';

/** Messages by outcome; see `Outcome`. */
export type OutcomeCounts = { accepted: number; refused: number; unknown: number };

/** Result of a run as written to ACCOUNT_FILE. Always: sent = accepted + refused + unknown, also per country. */
export type LoadAccount = {
  runId: string;
  scenario: ScenarioName;
  seed: string;
  baseUrl: string;
  /** ISO 8601, UTC: after the target was found alive, and after the last answer. */
  startedAt: string;
  endedAt: string;
  durationSeconds: number;
  messages: OutcomeCounts & { sent: number };
  /**
   * Request n = 0 … `requests.total` − 1 had the key `<prefix>-<n>` and the messages n × batch … of the seed, at most
   * `messages` in all; null: no limit.
   */
  keys: { prefix: string; batch: number; messages: number | null };
  /** By ISO 3166-1 alpha-2 code; only countries that were sent. */
  perCountry: Record<string, OutcomeCounts>;
  requests: RequestFigures;
  /** Arrivals that k6 could not start in time. */
  droppedIterations: number;
  /** POST attempts answered 202. */
  latencyMs: LatencyFigures;
  /** From a request's first attempt to its 202, with waits and retries. */
  settleMs: LatencyFigures;
  thresholds: ThresholdResults;
};

/** Begins the log's line of a request that was not accepted; its outcome and number follow. */
export const notAcceptedMark = 'NOT-ACCEPTED';

function countPerCountry(data: SummaryData): Record<string, OutcomeCounts & { sent: number }> {
  const rows: Record<string, OutcomeCounts & { sent: number }> = {};
  for (const code of countryCodes) {
    const sent = count(data, perCountryName(metricNames.sent, code));
    if (sent === 0) continue;
    const accepted = count(data, perCountryName(metricNames.accepted, code));
    const refused = count(data, perCountryName(metricNames.refused, code));
    // What was sent and never settled is unknown, also where k6 cut a request off before it could say so.
    rows[code] = { sent, accepted, refused, unknown: sent - accepted - refused };
  }
  return rows;
}

/**
 * Reads the account out of k6's end-of-test data.
 *
 * @throws Error when the counts per country do not add up to the total, as when the script's
 * thresholds were replaced: no account is better than a wrong one
 */
export function buildAccount(
  data: SummaryData,
  settings: Settings,
  run: RunIdentity,
  endedAtMs: number,
): LoadAccount {
  const rows = countPerCountry(data);
  const messages = { sent: 0, accepted: 0, refused: 0, unknown: 0 };
  for (const row of Object.values(rows)) {
    messages.sent += row.sent;
    messages.accepted += row.accepted;
    messages.refused += row.refused;
    messages.unknown += row.unknown;
  }
  for (const part of ['sent', 'accepted', 'refused'] as const) {
    const total = count(data, metricNames[part]);
    if (messages[part] !== total) {
      throw new Error(
        `the countries' ${part} messages add up to ${messages[part]}, not ${total}: ` +
          'did something replace the thresholds of the script, which make k6 count per country?',
      );
    }
  }
  return {
    runId: run.runId,
    scenario: settings.scenario,
    seed: settings.seed,
    baseUrl: settings.baseUrl,
    startedAt: new Date(run.startedAtMs).toISOString(),
    endedAt: new Date(endedAtMs).toISOString(),
    durationSeconds: (endedAtMs - run.startedAtMs) / 1000,
    messages,
    keys: {
      prefix: run.keyPrefix,
      batch: settings.batch,
      messages: settings.load.kind === 'fixed-count' ? settings.load.messages : null,
    },
    perCountry: Object.fromEntries(
      Object.entries(rows).map(([code, { accepted, refused, unknown }]) => [
        code,
        { accepted, refused, unknown },
      ]),
    ),
    requests: requestFigures(data, postName),
    droppedIterations: count(data, 'dropped_iterations'),
    latencyMs: latency(data, acceptedDurationName(postName)),
    settleMs: latency(data, metricNames.settleTime),
    thresholds: thresholdResults(data, gateThresholds(settings)),
  };
}
