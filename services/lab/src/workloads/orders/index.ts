import type { Workload } from '../workload.ts';
import { BENCH } from './commands/bench.ts';
import { CHAOS } from './commands/chaos.ts';
import { CLUSTER } from './commands/cluster.ts';
import { LOAD } from './commands/load.ts';
import { START } from './commands/start.ts';
import { VERIFY } from './commands/verify.ts';
import { judge } from './judge.ts';
import { saveLastLoad } from './load/last-load.ts';
import type { OrdersResult } from './load/measure-orders.ts';
import { measureSite } from './measure-site.ts';
import { MUTANTS } from './mutants.ts';
import { CLEAN, FAULTS } from './plants.ts';
import { runReport } from './report/run-report.ts';
import { runSummary } from './report/summary.ts';
import { NOTIFIER, PROCESSOR, SERVERS } from './services.ts';

/** A shop: orders that go through their states on their own, with a mail for each. */
export const ORDERS_SYSTEM: Workload<OrdersResult> = {
  name: 'orders',
  promise:
    'an accepted order goes through its four states once, in order and not too early, with a mail for each',
  start: START,
  load: LOAD,
  scalable: [PROCESSOR, NOTIFIER],
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
    where: 'in what the shop has kept',
    async check(options) {
      const { checkOrdersPlants } = await import('./check-plants.ts');
      return checkOrdersPlants(options);
    },
  },
  mutants: MUTANTS,
};
