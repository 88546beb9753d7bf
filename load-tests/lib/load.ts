import exec from 'k6/execution';
import http from 'k6/http';
import type { Options } from 'k6/options';
import { buildAccount, notAcceptedMark, type RunIdentity, type SummaryData } from './account.ts';
import { renderAccount } from './account-table.ts';
import { createCounters } from './counters.ts';
import { k6Scenario, requestSize } from './executors.ts';
import { createBatch } from './payloads.ts';
import { postMessages } from './post.ts';
import type { ScenarioName } from './profiles.ts';
import { readSettings, type Settings } from './settings.ts';
import { allThresholds } from './thresholds.ts';

/** Number of virtual users that log each status once; more would only repeat it. */
const explainingUsers = 10;

/** The exports k6 expects of a script. */
export type LoadTest = {
  options: Options;
  setup: () => RunIdentity;
  iterate: (run: RunIdentity) => void;
  handleSummary: (data: SummaryData & { setup_data?: RunIdentity | undefined }) => Record<string, string>;
};

/** Aborts the run with a message and status 108 unless the target and options are usable. */
function checkTarget(settings: Settings): void {
  const url = `${settings.baseUrl}/openapi.json`;
  const headers: Record<string, string> =
    settings.apiKey === undefined ? {} : { 'X-API-Key': settings.apiKey };
  const response = http.get(url, { headers, redirects: 0, timeout: settings.requestTimeoutMs });
  if (response.status === 200) return;
  const answer = response.status === 0 ? response.error : `it answered ${response.status}`;
  exec.test.abort(
    `no ingest API at ${url} (${answer}): start it, or set its address with -e BASE_URL=http://host:port`,
  );
}

/** `k6 run --vus/--duration/--iterations/--stage` replaces the scenario silently. */
function checkScenario(settings: Settings): void {
  if (exec.test.options.scenarios?.[settings.scenario] !== undefined) return;
  exec.test.abort(
    '--vus, --duration, --iterations and --stage replace this scenario: use -e USERS, DURATION, MESSAGES, RATE',
  );
}

function startRun(settings: Settings): RunIdentity {
  const startedAtMs = Date.now();
  // Fresh in every run: a key used before would make new messages count as ones already stored.
  const fresh = `${startedAtMs.toString(36)}-${Math.floor(Math.random() * 36 ** 6).toString(36)}`;
  const runId = settings.runId ?? `${settings.scenario}-${fresh}`;
  return { runId, startedAtMs, keyPrefix: settings.runId === undefined ? runId : `${runId}-${fresh}` };
}

/** Puts a script together: its options, its target check, one iteration (= one request) and its account. */
export function createLoadTest(scenario: ScenarioName): LoadTest {
  const settings = readSettings(scenario, __ENV);
  const counters = createCounters();
  const explained = new Set<number>();
  // k6 makes a new object at every look at these; the ones of this virtual user stay true.
  let place: { scenario: typeof exec.scenario; vu: number } | undefined;
  return {
    options: {
      scenarios: { [scenario]: k6Scenario(settings) },
      thresholds: allThresholds(settings),
      summaryTrendStats: ['avg', 'med', 'p(95)', 'p(99)', 'max', 'count'],
      userAgent: 'caudal-load-tests',
    },
    setup() {
      checkScenario(settings);
      checkTarget(settings);
      return startRun(settings);
    },
    iterate(run) {
      place ??= { scenario: exec.scenario, vu: exec.vu.idInTest };
      const request = place.scenario.iterationInTest;
      const { messages, perCountry } = createBatch(
        settings.seed,
        request * settings.batch,
        requestSize(settings, request),
      );
      counters.countSent(perCountry);
      const result = postMessages(settings, messages, `${run.keyPrefix}-${request}`);
      counters.countSettled(perCountry, result);
      if (result.outcome === 'accepted') return;
      // All other requests were accepted: with these lines the log says which messages must be in the stores.
      console.warn(`${notAcceptedMark} ${result.outcome} ${request}`);
      if (explained.has(result.lastStatus) || place.vu > explainingUsers) return;
      explained.add(result.lastStatus);
      console.warn(`${result.outcome} after ${result.attempts} attempt(s): ${result.lastAnswer}`);
    },
    handleSummary(data) {
      const endedAtMs = Date.now();
      const run = data.setup_data ?? {
        runId: settings.runId ?? 'not-started',
        startedAtMs: endedAtMs,
        keyPrefix: '',
      };
      const account = buildAccount(data, settings, run, endedAtMs);
      const files: Record<string, string> = { stdout: renderAccount(account) };
      if (settings.accountFile !== undefined) {
        files[settings.accountFile] = `${JSON.stringify(account, null, 2)}\n`;
      }
      return files;
    },
  };
}
