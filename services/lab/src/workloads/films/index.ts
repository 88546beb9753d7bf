import type { Workload } from '../workload.ts';
import { BENCH } from './commands/bench.ts';
import { CHAOS } from './commands/chaos.ts';
import { CLUSTER } from './commands/cluster.ts';
import { LOAD } from './commands/load.ts';
import { START } from './commands/start.ts';
import { VERIFY } from './commands/verify.ts';
import { judge } from './judge.ts';
import { saveLastLoad } from './load/last-load.ts';
import type { FilmsResult } from './load/measure-films.ts';
import { measureSite } from './measure-site.ts';
import { MUTANTS } from './mutants.ts';
import { CLEAN, FAULTS } from './plants.ts';
import { runReport } from './report/run-report.ts';
import { runSummary } from './report/summary.ts';
import { API, SERVERS } from './services.ts';

/** Films: a search by title that names their directors, read from replicas that may die. */
export const FILMS_SYSTEM: Workload<FilmsResult> = {
  name: 'films',
  promise:
    'every search finds exactly the films and directors of the imported file, whichever replica dies meanwhile',
  start: START,
  load: LOAD,
  scalable: [API],
  verify: VERIFY,
  chaos: CHAOS,
  bench: BENCH,
  cluster: CLUSTER,
  report: {
    summary: runSummary,
    files(run) {
      const { markdown, chart } = runReport(run);
      return { 'report.md': markdown, 'chart.svg': chart };
    },
  },
  measure: measureSite,
  judge,
  remember: (id) => saveLastLoad(id),
  plants: {
    servers: SERVERS,
    clean: CLEAN,
    faults: FAULTS,
    where: 'in what the films API answers',
    async check(options) {
      const { checkFilmsPlants } = await import('./check-plants.ts');
      return checkFilmsPlants(options);
    },
  },
  mutants: MUTANTS,
};
