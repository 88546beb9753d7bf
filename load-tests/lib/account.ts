import { countryCodes } from './countries.ts';
import type { ScenarioName } from './profiles.ts';
import type { Settings } from './settings.ts';
import {
  acceptedDurationName,
  attemptsName,
  countedStatuses,
  gateThresholds,
  metricNames,
  perCountryName,
  statusName,
} from './thresholds.ts';

/** Messages by outcome; see `Outcome`. */
export type OutcomeCounts = { accepted: number; refused: number; unknown: number };

/** Milliseconds; null without measurements. */
export type LatencyFigures = Record<'avg' | 'p50' | 'p95' | 'p99' | 'max', number | null>;

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
  requests: {
    /** Requests, each counted once. */
    total: number;
    /** Requests that needed more than one attempt. */
    retried: number;
    /** Attempts beyond the first. */
    retries: number;
    /** Attempts by HTTP status; `0`: no answer. */
    status: Record<string, number>;
  };
  /** Arrivals that k6 could not start in time. */
  droppedIterations: number;
  /** POST attempts answered 202. */
  latencyMs: LatencyFigures;
  /** From a request's first attempt to its 202, with waits and retries. */
  settleMs: LatencyFigures;
  /** Empty if k6 ran with --no-thresholds, which does not count as passed. */
  thresholds: { passed: boolean; results: { metric: string; condition: string; passed: boolean }[] };
};

/** The part of k6's `handleSummary` data that is used. */
export type SummaryData = {
  metrics: Record<
    string,
    | { values: Record<string, number | undefined>; thresholds?: Record<string, { ok: boolean }> | undefined }
    | undefined
  >;
};

/** What the run was called and when it started; `setup()` makes it. */
export type RunIdentity = { runId: string; startedAtMs: number; keyPrefix: string };

/** Begins the log's line of a request that was not accepted; its outcome and number follow. */
export const notAcceptedMark = 'NOT-ACCEPTED';

function count(data: SummaryData, metric: string): number {
  return data.metrics[metric]?.values.count ?? 0;
}

function latency(data: SummaryData, metric: string): LatencyFigures {
  const values = data.metrics[metric]?.values ?? {};
  const measured = (values.count ?? 0) > 0;
  const figure = (name: string): number | null => {
    const value = values[name];
    return measured && value !== undefined ? Math.round(value * 1000) / 1000 : null;
  };
  return {
    avg: figure('avg'),
    p50: figure('med'),
    p95: figure('p(95)'),
    p99: figure('p(99)'),
    max: figure('max'),
  };
}

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

function countStatuses(data: SummaryData): Record<string, number> {
  const status: Record<string, number> = {};
  let other = count(data, attemptsName);
  for (const code of countedStatuses) {
    const attempts = count(data, statusName(code));
    if (attempts > 0) status[String(code)] = attempts;
    other -= attempts;
  }
  if (other > 0) status.other = other;
  return status;
}

function thresholdResults(data: SummaryData, settings: Settings): LoadAccount['thresholds'] {
  const results = Object.entries(gateThresholds(settings)).flatMap(([metric, conditions]) =>
    conditions.flatMap((condition) => {
      const result = data.metrics[metric]?.thresholds?.[condition];
      return result === undefined ? [] : [{ metric, condition, passed: result.ok }];
    }),
  );
  return { passed: results.length > 0 && results.every(({ passed }) => passed), results };
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
    requests: {
      total: count(data, metricNames.requests),
      retried: count(data, metricNames.retriedRequests),
      retries: count(data, metricNames.retries),
      status: countStatuses(data),
    },
    droppedIterations: count(data, 'dropped_iterations'),
    latencyMs: latency(data, acceptedDurationName),
    settleMs: latency(data, metricNames.settleTime),
    thresholds: thresholdResults(data, settings),
  };
}
