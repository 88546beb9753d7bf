import exec from 'k6/execution';
import type { Options, Scenario } from 'k6/options';
import { gracefulStopMs, k6Scenario, milliseconds } from '../executors.ts';
import { arrivalDurationMs, second } from '../profiles.ts';
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
import { buildOrdersAccount } from './account.ts';
import { renderOrdersAccount } from './account-table.ts';
import { createOrderCounters } from './counters.ts';
import { createCustomer } from './customer.ts';
import { createWatchedOrder, createWish } from './order.ts';
import type { OrdersScenario } from './profiles.ts';
import { type OrdersSettings, readOrdersSettings } from './settings.ts';
import { ordersThresholds } from './thresholds.ts';

/** The exports k6 expects of a script that orders. */
export type OrdersTest = {
  options: Options;
  setup: () => RunIdentity;
  /** One order, with what its customer does besides. */
  iterate: (run: RunIdentity) => void;
  /** One order that is followed to its end. */
  watch: (run: RunIdentity) => void;
  handleSummary: (data: SummaryData & { setup_data?: RunIdentity | undefined }) => Record<string, string>;
};

/** Users who order as long as the load lasts, one order after another. */
function watchersScenario(settings: OrdersSettings): Record<string, Scenario> {
  const { load, mix } = settings;
  if (mix.watchers === 0) return {};
  // k6 takes no shorter duration; in a load without one each watcher places one order.
  const durationMs = load.kind === 'arrival' ? Math.max(second, arrivalDurationMs(load)) : second;
  return {
    watchers: {
      executor: 'constant-vus',
      exec: 'watch',
      vus: mix.watchers,
      duration: milliseconds(durationMs),
      gracefulStop: milliseconds(settings.watchForMs + gracefulStopMs(settings)),
    },
  };
}

/** Puts a script together: its options, its target check, what its customers do, and its account. */
export function createOrdersTest(scenario: OrdersScenario): OrdersTest {
  const settings = readOrdersSettings(scenario, __ENV);
  const customer = createCustomer(settings, createOrderCounters());
  // k6 makes a new object at every look at it; the one of this virtual user stays true.
  let place: typeof exec.scenario | undefined;
  return {
    options: {
      scenarios: { [scenario]: k6Scenario(settings), ...watchersScenario(settings) },
      thresholds: ordersThresholds(settings),
      summaryTrendStats,
      userAgent,
    },
    setup() {
      checkScenario(scenario, 'ORDERS');
      checkTarget(settings, 'orders API');
      return startRun(scenario, settings.runId);
    },
    iterate(run) {
      place ??= exec.scenario;
      const number = place.iterationInTest;
      const key = `${run.keyPrefix}-${number}`;
      const wish = createWish(settings, number);
      const id = customer.order(key, wish);
      if (id === undefined || wish.order === undefined) return;
      if (wish.isRepeated) customer.repeat(key, wish, id);
      if (wish.isCancelled) customer.cancel(key, wish, id);
      if (wish.isLookedAt) customer.look(key, wish.order, id);
    },
    watch(run) {
      const number = exec.scenario.iterationInTest;
      const key = `${run.keyPrefix}-w${number}`;
      const order = createWatchedOrder(settings, number);
      const id = customer.order(key, { asked: order, body: JSON.stringify(order), order });
      if (id !== undefined) customer.watch(key, order, id);
    },
    handleSummary(data) {
      const endedAtMs = Date.now();
      const run = data.setup_data ?? unstartedRun(settings.runId, endedAtMs);
      const account = buildOrdersAccount(data, settings, run, endedAtMs);
      return summaryFiles(account, renderOrdersAccount(account), settings.accountFile);
    },
  };
}
