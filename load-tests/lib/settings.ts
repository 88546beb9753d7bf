import {
  changeLoad,
  type Load,
  type LoadChanges,
  type ProfileName,
  profiles,
  type ScenarioName,
} from './profiles.ts';

/** Settings of a run, read once from `-e NAME=value`. */
export type Settings = {
  scenario: ScenarioName;
  profile: ProfileName;
  /** Without a trailing slash. */
  baseUrl: string;
  apiPath: string;
  apiKey: string | undefined;
  /** Determines the messages: the same seed gives the same ones. */
  seed: string;
  /** Names the run in its account and in its idempotency keys; made up when undefined. */
  runId: string | undefined;
  load: Load;
  /** Maximum concurrent requests in arrival-rate loads; undefined derives it from the rate. */
  users: number | undefined;
  /** Messages in a request; above 1 the body is an array. */
  batch: number;
  requestTimeoutMs: number;
  /** How long a request is retried; 0 means a single attempt. */
  retryForMs: number;
  limits: { p95Ms: number; p99Ms: number; maxRefused: number; maxUnknown: number; maxDropped: number };
  accountFile: string | undefined;
};

/** The environment as k6 hands it over. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** k6 takes these from the environment and then silently ignores the scenario of the script. */
const scenarioKillers: Readonly<Record<string, string>> = {
  K6_VUS: 'USERS',
  K6_DURATION: 'DURATION',
  K6_ITERATIONS: 'MESSAGES',
  K6_STAGES: 'RATE and DURATION',
};

/**
 * Reads a duration such as `30s`, `1m30s`, `2h` or `500ms`.
 *
 * @returns milliseconds, or undefined when the text is no duration above 0
 */
export function parseDurationMs(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  let total = 0;
  for (const [, amount, , unit] of text.matchAll(/(\d+(\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * (unitMs[unit ?? ''] ?? 0);
  }
  return total > 0 ? total : undefined;
}

/** Reads variables and collects all problems, so that they can be fixed at once. */
class VariableReader {
  readonly problems: string[] = [];
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  /** The variable's text; unset and empty are the same. */
  text(name: string): string | undefined {
    const value = this.#env[name]?.trim();
    return value === '' ? undefined : value;
  }

  matching(name: string, pattern: RegExp, fix: string): string | undefined {
    const value = this.text(name);
    if (value === undefined || pattern.test(value)) return value;
    this.problems.push(`${name}=${value}: ${fix}`);
    return undefined;
  }

  /** Like `matching`, without showing the value. */
  secret(name: string, pattern: RegExp, fix: string): string | undefined {
    const value = this.text(name);
    if (value === undefined || pattern.test(value)) return value;
    this.problems.push(`${name}: ${fix}`);
    return undefined;
  }

  whole(name: string, min: number, max: number): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    this.problems.push(
      `${name}=${value}: use a whole number from ${min} to ${max}, e.g. -e ${name}=${min || 1}`,
    );
    return undefined;
  }

  durationMs(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const ms = parseDurationMs(value);
    if (ms === undefined) {
      this.problems.push(
        `${name}=${value}: use a duration with its unit, e.g. -e ${name}=30s or -e ${name}=1m30s`,
      );
    }
    return ms;
  }

  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) this.problems.push(`${name}=${value}: use one of ${choices.join(', ')}`);
    return found;
  }
}

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
  for (const [name, instead] of Object.entries(scenarioKillers)) {
    if (reader.text(name) !== undefined) {
      reader.problems.push(
        `${name} is set, which makes k6 ignore this scenario: unset it and use -e ${instead}=…`,
      );
    }
  }
  const profileNames: readonly ProfileName[] = ['smoke', 'average', 'stress'];
  const profile = reader.choice('PROFILE', profileNames) ?? 'average';
  const { load, p95Ms, p99Ms } = profiles[scenario][profile];
  const changes = readChanges(reader, scenario, load.kind);
  const retry = reader.choice('RETRY', ['on', 'off']) ?? 'on';
  const retryForSeconds = reader.whole('RETRY_FOR_SECONDS', 1, 86_400) ?? 120;
  const baseUrl = reader.matching(
    'BASE_URL',
    /^https?:\/\/[^\s?#]+$/,
    'use a URL, e.g. http://localhost:8080',
  );
  const apiPath = reader.matching('API_PATH', /^\/[^\s?#]*$/, 'use a path, e.g. /messages or /process');
  const settings: Settings = {
    scenario,
    profile,
    baseUrl: (baseUrl ?? 'http://localhost:8080').replace(/\/+$/, ''),
    apiPath: apiPath ?? '/messages',
    apiKey: reader.secret('API_KEY', /^[\x21-\x7e]+$/, 'use visible ASCII characters without blanks'),
    seed: reader.text('SEED') ?? '1',
    runId: reader.matching('RUN_ID', /^[\w.-]{1,48}$/, 'use up to 48 of A-Z, a-z, 0-9, "_", "." and "-"'),
    load: changeLoad(load, changes),
    users: changes.users,
    batch: reader.whole('BATCH', 1, 1000) ?? 1,
    requestTimeoutMs: reader.durationMs('REQUEST_TIMEOUT') ?? 10_000,
    retryForMs: retry === 'off' ? 0 : retryForSeconds * 1000,
    limits: {
      p95Ms: reader.whole('P95_MS', 1, 600_000) ?? p95Ms,
      p99Ms: reader.whole('P99_MS', 1, 600_000) ?? p99Ms,
      maxRefused: reader.whole('MAX_REFUSED', 0, 100_000_000) ?? 0,
      maxUnknown: reader.whole('MAX_UNKNOWN', 0, 100_000_000) ?? 0,
      maxDropped: reader.whole('MAX_DROPPED', 0, 100_000_000) ?? 0,
    },
    accountFile: reader.text('ACCOUNT_FILE'),
  };
  if (reader.problems.length > 0) {
    throw new Error(`${scenario}.ts cannot run:\n- ${reader.problems.join('\n- ')}`);
  }
  return settings;
}
