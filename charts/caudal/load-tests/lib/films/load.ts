import crypto from 'k6/crypto';
import { SharedArray } from 'k6/data';
import exec from 'k6/execution';
import type { Options } from 'k6/options';
import { k6Scenario } from '../executors.ts';
import {
  checkScenario,
  checkTarget,
  type RunIdentity,
  startRun,
  summaryFiles,
  summaryTrendStats,
  unstartedRun,
  userAgent,
} from '../run.ts';
import type { SummaryData } from '../summary.ts';
import { buildFilmsAccount } from './account.ts';
import { renderFilmsAccount } from './account-table.ts';
import { createFilmCounters } from './counters.ts';
import type { FilmsScenario } from './profiles.ts';
import { createQuery } from './query.ts';
import { readFilmsSettings } from './settings.ts';
import { filmsThresholds } from './thresholds.ts';
import { readTitles } from './titles.ts';
import { createVisitor } from './visitor.ts';

/** The exports k6 expects of a script that asks for films. */
export type FilmsTest = {
  options: Options;
  setup: () => RunIdentity;
  /** One query, with the pages that follow it. */
  iterate: () => void;
  handleSummary: (data: SummaryData & { setup_data?: RunIdentity | undefined }) => Record<string, string>;
};

/** Puts a script together: its options, its target check, its queries and its account. */
export function createFilmsTest(scenario: FilmsScenario): FilmsTest {
  const settings = readFilmsSettings(scenario, __ENV);
  const visitor = createVisitor(settings, createFilmCounters());
  const source = {
    seed: settings.seed,
    mix: settings.mix,
    // Read once for all virtual users.
    films: new SharedArray('films', () => readTitles(open(import.meta.resolve('./titles.csv')))),
    sha256: (text: string): string => crypto.sha256(text, 'hex'),
  };
  // k6 makes a new object at every look at it; the one of this virtual user stays true.
  let place: typeof exec.scenario | undefined;
  return {
    options: {
      scenarios: { [scenario]: k6Scenario(settings) },
      thresholds: filmsThresholds(settings),
      noConnectionReuse: settings.connections === 'fresh',
      summaryTrendStats,
      userAgent,
    },
    setup() {
      checkScenario(scenario, 'QUERIES');
      checkTarget(settings, 'films API');
      return startRun(scenario, settings.runId);
    },
    iterate() {
      place ??= exec.scenario;
      visitor.visit(createQuery(source, place.iterationInTest));
    },
    handleSummary(data) {
      const endedAtMs = Date.now();
      const run = data.setup_data ?? unstartedRun(settings.runId, endedAtMs);
      const account = buildFilmsAccount(data, settings, run, endedAtMs);
      return summaryFiles(account, renderFilmsAccount(account), settings.accountFile);
    },
  };
}
