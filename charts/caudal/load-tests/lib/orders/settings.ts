import { changeLoad, type Load, type LoadChanges, type ProfileName, profileNames } from '../profiles.ts';
import { type Environment, type Target, VariableReader } from '../variables.ts';
import { type Mix, type OrdersScenario, ordersProfiles } from './profiles.ts';

/** Settings of a run, read once from `-e NAME=value`. */
export type OrdersSettings = Target & {
  scenario: OrdersScenario;
  profile: ProfileName;
  load: Load;
  /** Maximum concurrent requests in arrival-rate loads; undefined derives it from the rate. */
  users: number | undefined;
  /** Orders are sent one by one. */
  batch: 1;
  /** Rows of the shop's catalogue: orders are for one of 1 to this number. */
  catalogueRows: number;
  /** Addresses: `user1@example.com` up to this number. */
  customers: number;
  mix: Mix;
  /** How long a watcher follows one order. */
  watchForMs: number;
  limits: { p95Ms: number; p99Ms: number; maxRefused: number; maxUnknown: number; maxDropped: number };
};

function readChanges(reader: VariableReader, scenario: OrdersScenario, kind: Load['kind']): LoadChanges {
  const changes = {
    messages: reader.whole('ORDERS', 1, 10_000_000),
    users: reader.whole('USERS', 1, 20_000),
    rate: reader.whole('RATE', 1, 100_000),
    durationMs: reader.durationMs('DURATION'),
  };
  if (kind === 'fixed-count' && reader.text('RATE') !== undefined) {
    reader.problems.push(
      `RATE does not apply to ${scenario}, which orders as fast as it can: unset it or run orders-steady.ts`,
    );
  }
  if (kind === 'arrival' && reader.text('ORDERS') !== undefined) {
    reader.problems.push(
      `ORDERS does not apply to ${scenario}: use RATE and DURATION, or run orders-seed.ts`,
    );
  }
  return changes;
}

function readMix(reader: VariableReader, usual: Mix): Mix {
  const share = (name: string, usualShare: number): number => {
    const percent = reader.whole(name, 0, 100);
    return percent === undefined ? usualShare : percent / 100;
  };
  return {
    cancelShare: share('CANCEL_PERCENT', usual.cancelShare),
    repeatShare: share('REPEAT_PERCENT', usual.repeatShare),
    badShare: share('BAD_PERCENT', usual.badShare),
    lookShare: share('LOOK_PERCENT', usual.lookShare),
    watchers: reader.whole('WATCHERS', 0, 1000) ?? usual.watchers,
  };
}

/**
 * Reads and checks the environment of a run.
 *
 * @param env `__ENV` in k6
 * @throws Error that lists every wrong variable with its fix
 */
export function readOrdersSettings(scenario: OrdersScenario, env: Environment): OrdersSettings {
  const reader = new VariableReader(env);
  reader.refuseScenarioKillers('ORDERS');
  const profile = reader.choice('PROFILE', profileNames) ?? 'average';
  const { load, mix, customers, p95Ms, p99Ms } = ordersProfiles[scenario][profile];
  const changes = readChanges(reader, scenario, load.kind);
  const settings: OrdersSettings = {
    ...reader.target('http://localhost:8082'),
    scenario,
    profile,
    load: changeLoad(load, changes),
    users: changes.users,
    batch: 1,
    catalogueRows: reader.whole('CATALOGUE_ROWS', 1, 10_000_000) ?? 12_000,
    customers: reader.whole('CUSTOMERS', 1, 1_000_000) ?? customers,
    mix: readMix(reader, mix),
    watchForMs: reader.durationMs('WATCH_FOR') ?? 60_000,
    limits: {
      p95Ms: reader.whole('P95_MS', 1, 600_000) ?? p95Ms,
      p99Ms: reader.whole('P99_MS', 1, 600_000) ?? p99Ms,
      maxRefused: reader.whole('MAX_REFUSED', 0, 10_000_000) ?? 0,
      maxUnknown: reader.whole('MAX_UNKNOWN', 0, 10_000_000) ?? 0,
      maxDropped: reader.whole('MAX_DROPPED', 0, 10_000_000) ?? 0,
    },
  };
  reader.throwProblems(scenario);
  return settings;
}
