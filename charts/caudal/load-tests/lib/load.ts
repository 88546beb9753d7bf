import exec from 'k6/execution';
import type { Options } from 'k6/options';
import { buildAccount, notAcceptedMark } from './account.ts';
import { renderAccount } from './account-table.ts';
import { createCounters } from './counters.ts';
import { k6Scenario, requestSize } from './executors.ts';
import { createBatch } from './payloads.ts';
import type { ScenarioName } from './profiles.ts';
import {
  checkScenario,
  checkTarget,
  explain,
  type RunIdentity,
  startRun,
  summaryFiles,
  summaryTrendStats,
  unstartedRun,
  userAgent,
} from './run.ts';
import { sendUntilSettled } from './send.ts';
import { readSettings } from './settings.ts';
import type { SummaryData } from './summary.ts';
import { allThresholds, postName } from './thresholds.ts';

/** The exports k6 expects of a script. */
export type LoadTest = {
  options: Options;
  setup: () => RunIdentity;
  iterate: (run: RunIdentity) => void;
  handleSummary: (data: SummaryData & { setup_data?: RunIdentity | undefined }) => Record<string, string>;
};

/** Puts a script together: its options, its target check, one iteration (= one request) and its account. */
export function createLoadTest(scenario: ScenarioName): LoadTest {
  const settings = readSettings(scenario, __ENV);
  const counters = createCounters();
  // k6 makes a new object at every look at it; the one of this virtual user stays true.
  let place: typeof exec.scenario | undefined;
  return {
    options: {
      scenarios: { [scenario]: k6Scenario(settings) },
      thresholds: allThresholds(settings),
      summaryTrendStats,
      userAgent,
    },
    setup() {
      checkScenario(scenario, 'MESSAGES');
      checkTarget(settings, 'ingest API');
      return startRun(scenario, settings.runId);
    },
    iterate(run) {
      place ??= exec.scenario;
      const request = place.iterationInTest;
      const { messages, perCountry } = createBatch(
        settings.seed,
        request * settings.batch,
        requestSize(settings, request),
      );
      counters.countSent(perCountry);
      const result = sendUntilSettled(settings, {
        path: settings.apiPath,
        body: JSON.stringify(settings.batch === 1 ? messages[0] : messages),
        name: postName,
        key: `${run.keyPrefix}-${request}`,
      });
      counters.countSettled(perCountry, result);
      if (result.outcome === 'accepted') return;
      // All other requests were accepted: with these lines the log says which messages must be in the stores.
      console.warn(`${notAcceptedMark} ${result.outcome} ${request}`);
      explain(result.outcome, result.attempts, result.lastStatus, result.lastAnswer);
    },
    handleSummary(data) {
      const endedAtMs = Date.now();
      const run = data.setup_data ?? unstartedRun(settings.runId, endedAtMs);
      const account = buildAccount(data, settings, run, endedAtMs);
      return summaryFiles(account, renderAccount(account), settings.accountFile);
    },
  };
}
