import { changeLoad, type Load, type LoadChanges, type ProfileName, profileNames } from '../profiles.ts';
import { type Environment, type Target, VariableReader } from '../variables.ts';
import { type Connections, type FilmsScenario, filmsProfiles } from './profiles.ts';
import type { Mix } from './query.ts';

/** Settings of a run, read once from `-e NAME=value`. */
export type FilmsSettings = Target & {
  scenario: FilmsScenario;
  profile: ProfileName;
  load: Load;
  /** Maximum concurrent requests in arrival-rate loads; undefined derives it from the rate. */
  users: number | undefined;
  /** Queries are asked one by one. */
  batch: 1;
  mix: Mix;
  /** Attempts after the first. */
  retries: 0 | 1;
  connections: Connections;
  limits: { p95Ms: number; p99Ms: number; maxFailed: number; maxDropped: number };
};

/** Longest time that requests in progress wait for a second attempt, when a load ends. */
const retryForMs = 5_000;

function readChanges(reader: VariableReader, scenario: FilmsScenario, kind: Load['kind']): LoadChanges {
  const changes = {
    messages: reader.whole('QUERIES', 1, 10_000_000),
    users: reader.whole('USERS', 1, 20_000),
    rate: reader.whole('RATE', 1, 100_000),
    durationMs: reader.durationMs('DURATION'),
  };
  if (kind === 'fixed-count' && reader.text('RATE') !== undefined) {
    reader.problems.push(
      `RATE does not apply to ${scenario}, which asks as fast as it can: unset it or run films-browse.ts`,
    );
  }
  if (kind === 'arrival' && reader.text('QUERIES') !== undefined) {
    reader.problems.push(
      `QUERIES does not apply to ${scenario}: use RATE and DURATION, or run films-seed.ts`,
    );
  }
  for (const name of ['RETRY', 'RETRY_FOR_SECONDS']) {
    if (reader.text(name) !== undefined) {
      reader.problems.push(`${name} does not apply to ${scenario}, which retries once: use RETRIES=0 or 1`);
    }
  }
  return changes;
}

/**
 * Reads and checks the environment of a run.
 *
 * @param env `__ENV` in k6
 * @throws Error that lists every wrong variable with its fix
 */
export function readFilmsSettings(scenario: FilmsScenario, env: Environment): FilmsSettings {
  const reader = new VariableReader(env);
  reader.refuseScenarioKillers('QUERIES');
  const profile = reader.choice('PROFILE', profileNames) ?? 'average';
  const { load, mix, p95Ms, p99Ms } = filmsProfiles[scenario][profile];
  const changes = readChanges(reader, scenario, load.kind);
  const retries = reader.whole('RETRIES', 0, 1) === 0 ? 0 : 1;
  const connections = reader.choice('CONNECTIONS', ['kept', 'fresh']);
  const settings: FilmsSettings = {
    ...reader.target('http://localhost:8084'),
    retryForMs: retries * retryForMs,
    scenario,
    profile,
    load: changeLoad(load, changes),
    users: changes.users,
    batch: 1,
    mix,
    retries,
    // A kept connection that breaks is replaced unseen, which is a retry; and one is never balanced over pods that are new.
    connections: connections ?? (retries === 0 || scenario === 'films-ramp' ? 'fresh' : 'kept'),
    limits: {
      p95Ms: reader.whole('P95_MS', 1, 600_000) ?? p95Ms,
      p99Ms: reader.whole('P99_MS', 1, 600_000) ?? p99Ms,
      maxFailed: reader.whole('MAX_FAILED', 0, 10_000_000) ?? 0,
      maxDropped: reader.whole('MAX_DROPPED', 0, 10_000_000) ?? 0,
    },
  };
  reader.throwProblems(scenario);
  return settings;
}
