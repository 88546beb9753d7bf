import {
  changeLoad,
  type Load,
  type LoadChanges,
  type ProfileName,
  profileNames,
  profiles,
  type ScenarioName,
} from './profiles.ts';
import { type Environment, type Target, VariableReader } from './variables.ts';

/** Settings of a run, read once from `-e NAME=value`. */
export type Settings = Target & {
  scenario: ScenarioName;
  profile: ProfileName;
  apiPath: string;
  load: Load;
  /** Maximum concurrent requests in arrival-rate loads; undefined derives it from the rate. */
  users: number | undefined;
  /** Messages in a request; above 1 the body is an array. */
  batch: number;
  limits: { p95Ms: number; p99Ms: number; maxRefused: number; maxUnknown: number; maxDropped: number };
};

function readChanges(reader: VariableReader, scenario: ScenarioName, kind: Load['kind']): LoadChanges {
  const changes = {
    messages: reader.whole('MESSAGES', 1, 100_000_000),
    users: reader.whole('USERS', 1, 20_000),
    rate: reader.whole('RATE', 1, 1_000_000),
    durationMs: reader.durationMs('DURATION'),
  };
  if (kind === 'fixed-count' && reader.text('RATE') !== undefined) {
    reader.problems.push(
      `RATE does not apply to ${scenario}, which posts as fast as it can: unset it or run steady.ts`,
    );
  }
  if (kind === 'arrival' && reader.text('MESSAGES') !== undefined) {
    reader.problems.push(`MESSAGES does not apply to ${scenario}: use RATE and DURATION, or run seed.ts`);
  }
  return changes;
}

/**
 * Reads and checks the environment of a run.
 *
 * @param env `__ENV` in k6
 * @throws Error that lists every wrong variable with its fix
 */
export function readSettings(scenario: ScenarioName, env: Environment): Settings {
  const reader = new VariableReader(env);
  reader.refuseScenarioKillers('MESSAGES');
  const profile = reader.choice('PROFILE', profileNames) ?? 'average';
  const { load, p95Ms, p99Ms } = profiles[scenario][profile];
  const changes = readChanges(reader, scenario, load.kind);
  const apiPath = reader.matching('API_PATH', /^\/[^\s?#]*$/, 'use a path, e.g. /messages or /process');
  const settings: Settings = {
    ...reader.target('http://localhost:8080'),
    scenario,
    profile,
    apiPath: apiPath ?? '/messages',
    load: changeLoad(load, changes),
    users: changes.users,
    batch: reader.whole('BATCH', 1, 1000) ?? 1,
    limits: {
      p95Ms: reader.whole('P95_MS', 1, 600_000) ?? p95Ms,
      p99Ms: reader.whole('P99_MS', 1, 600_000) ?? p99Ms,
      maxRefused: reader.whole('MAX_REFUSED', 0, 100_000_000) ?? 0,
      maxUnknown: reader.whole('MAX_UNKNOWN', 0, 100_000_000) ?? 0,
      maxDropped: reader.whole('MAX_DROPPED', 0, 100_000_000) ?? 0,
    },
  };
  reader.throwProblems(scenario);
  return settings;
}
