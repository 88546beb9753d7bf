import { defaultLanes } from '@caudal/common/lanes';
import { STATE_DIRECTORY } from '../../cli/paths.ts';
import type { Workload } from '../workload.ts';
import { BENCH } from './commands/bench.ts';
import { CHAOS } from './commands/chaos.ts';
import { CLUSTER } from './commands/cluster.ts';
import { LOAD } from './commands/load.ts';
import { START } from './commands/start.ts';
import { VERIFY } from './commands/verify.ts';
import { judgeMessages } from './judge.ts';
import { lanesToEveryStore, storesOf } from './lanes.ts';
import { createConsoleClient } from './load/console-client.ts';
import { saveLastLoad } from './load/last-load.ts';
import { type LoadResult, measureLoad } from './load/measure-load.ts';
import { mutantsOf } from './mutants.ts';
import { progressLine } from './report/progress-line.ts';
import { runReport } from './report/run-report.ts';
import { runSummary } from './report/summary.ts';
import { CONSOLE, messagesServices, replicasOf } from './services.ts';
import { CLEAN, FAULTS } from './verify/plants.ts';

const LANES = defaultLanes();
/** Lanes that faults are planted in. */
const PLANTED = lanesToEveryStore();

/** The pipeline: one HTTP API, and lanes from a broker to a store that each count every accepted message once. */
export const MESSAGES: Workload<LoadResult> = {
  name: 'messages',
  promise: 'an accepted message is in the store of every lane, once, under its country',
  start: START,
  load: LOAD,
  scalable: Object.keys(replicasOf(messagesServices({ lanes: LANES }))),
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
  measure: ({ site, startLoad, signal, onProgress }) =>
    measureLoad({
      client: createConsoleClient(site.url(CONSOLE), site.fetch),
      metricsUrls: site.metricsUrls,
      fetchMetrics: site.fetch,
      startLoad,
      signal,
      onProgress: (progress) => onProgress(progressLine(progress)),
    }),
  judge: judgeMessages,
  remember: (id, { load, request }) =>
    saveLastLoad(STATE_DIRECTORY, { id, startedAt: load.startedAt, ...request }),
  plants: {
    servers: storesOf(PLANTED),
    clean: CLEAN,
    faults: FAULTS,
    where: PLANTED.length === 2 ? 'in both lanes' : `in all ${PLANTED.length} lanes`,
    async check(options) {
      const { checkPlants } = await import('./verify/self-test.ts');
      return checkPlants(PLANTED, options);
    },
  },
  mutants: mutantsOf(LANES),
};
