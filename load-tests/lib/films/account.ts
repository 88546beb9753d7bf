import type { RunIdentity } from '../run.ts';
import {
  count,
  type LatencyFigures,
  latency,
  type RequestFigures,
  requestFigures,
  type SummaryData,
  type ThresholdResults,
  thresholdResults,
} from '../summary.ts';
import type { FilmsScenario } from './profiles.ts';
import { type QueryKind, queryKinds } from './query.ts';
import type { FilmsSettings } from './settings.ts';
import {
  durationName,
  filmsGates,
  kindName,
  type QueryCount,
  queryCounts,
  requestName,
  serverName,
  serverNames,
} from './thresholds.ts';

/** Queries, pages that follow one among them: asked = answered + failed + unanswered. See {@link QueryCount} for the others. */
export type QueryCounts = Record<QueryCount, number> & {
  /** In progress when the run was interrupted; the ledger has lines of those that were answered at that moment. */
  unanswered: number;
};

/** Result of a run as written to ACCOUNT_FILE. */
export type FilmsAccount = {
  runId: string;
  scenario: FilmsScenario;
  seed: string;
  baseUrl: string;
  /** ISO 8601, UTC: after the target was found alive, and after the last answer. */
  startedAt: string;
  endedAt: string;
  durationSeconds: number;
  /** Attempts that a query had after its first. */
  retries: 0 | 1;
  queries: QueryCounts;
  /** Only kinds that were asked; `latencyMs` as for all. */
  byKind: Partial<Record<QueryKind, QueryCounts & { latencyMs: LatencyFigures }>>;
  /** Answers by the server that the films were read from, as answers name it; `other` where they name none. */
  answeredBy: Record<string, number>;
  requests: RequestFigures;
  /** Arrivals that k6 could not start in time. */
  droppedIterations: number;
  /** Attempts answered 200. */
  latencyMs: LatencyFigures;
  thresholds: ThresholdResults;
};

function countsOf(data: SummaryData, kind: QueryKind): QueryCounts {
  const counts = Object.fromEntries(
    queryCounts.map((name) => [name, count(data, kindName(name, kind))]),
  ) as Record<QueryCount, number>;
  return { ...counts, unanswered: counts.asked - counts.answered - counts.failed };
}

/** Reads the account out of k6's end-of-test data. */
export function buildFilmsAccount(
  data: SummaryData,
  settings: FilmsSettings,
  run: RunIdentity,
  endedAtMs: number,
): FilmsAccount {
  const queries: QueryCounts = {
    asked: 0,
    answered: 0,
    failed: 0,
    savedByRetry: 0,
    wrong: 0,
    unanswered: 0,
  };
  const byKind: FilmsAccount['byKind'] = {};
  for (const kind of queryKinds) {
    const counts = countsOf(data, kind);
    if (counts.asked === 0) continue;
    byKind[kind] = { ...counts, latencyMs: latency(data, durationName(kind)) };
    for (const name of [...queryCounts, 'unanswered'] as const) queries[name] += counts[name];
  }
  const servers = serverNames.map((server): [string, number] => [server, count(data, serverName(server))]);
  return {
    runId: run.runId,
    scenario: settings.scenario,
    seed: settings.seed,
    baseUrl: settings.baseUrl,
    startedAt: new Date(run.startedAtMs).toISOString(),
    endedAt: new Date(endedAtMs).toISOString(),
    durationSeconds: (endedAtMs - run.startedAtMs) / 1000,
    retries: settings.retries,
    queries,
    byKind,
    answeredBy: Object.fromEntries(servers.filter(([, answers]) => answers > 0)),
    requests: requestFigures(data, requestName),
    droppedIterations: count(data, 'dropped_iterations'),
    latencyMs: latency(data, durationName()),
    thresholds: thresholdResults(data, filmsGates(settings)),
  };
}
