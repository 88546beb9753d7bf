/** The environment as k6 hands it over. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where requests go, how long they are tried, and how the run is called: the same for every script. */
export type Target = {
  /** Without a trailing slash. */
  baseUrl: string;
  apiKey: string | undefined;
  /** Determines what is sent: the same seed gives the same. */
  seed: string;
  /** Names the run in its account and in its idempotency keys; made up when undefined. */
  runId: string | undefined;
  /** Of one attempt. */
  requestTimeoutMs: number;
  /** How long a request is retried; 0 means a single attempt. */
  retryForMs: number;
  accountFile: string | undefined;
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
export class VariableReader {
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

  /** k6 takes these from the environment and then silently ignores the scenario of the script. @param count the script's own */
  refuseScenarioKillers(count: string): void {
    const instead = {
      K6_VUS: 'USERS',
      K6_DURATION: 'DURATION',
      K6_ITERATIONS: count,
      K6_STAGES: 'RATE and DURATION',
    };
    for (const [name, variable] of Object.entries(instead)) {
      if (this.text(name) === undefined) continue;
      this.problems.push(
        `${name} is set, which makes k6 ignore this scenario: unset it and use -e ${variable}=…`,
      );
    }
  }

  target(defaultUrl: string): Target {
    const retry = this.choice('RETRY', ['on', 'off']) ?? 'on';
    const retryForSeconds = this.whole('RETRY_FOR_SECONDS', 1, 86_400) ?? 120;
    const baseUrl = this.matching('BASE_URL', /^https?:\/\/[^\s?#]+$/, `use a URL, e.g. ${defaultUrl}`);
    return {
      baseUrl: (baseUrl ?? defaultUrl).replace(/\/+$/, ''),
      apiKey: this.secret('API_KEY', /^[\x21-\x7e]+$/, 'use visible ASCII characters without blanks'),
      seed: this.text('SEED') ?? '1',
      runId: this.matching('RUN_ID', /^[\w.-]{1,48}$/, 'use up to 48 of A-Z, a-z, 0-9, "_", "." and "-"'),
      requestTimeoutMs: this.durationMs('REQUEST_TIMEOUT') ?? 10_000,
      retryForMs: retry === 'off' ? 0 : retryForSeconds * 1000,
      accountFile: this.text('ACCOUNT_FILE'),
    };
  }

  /** @throws Error that lists every wrong variable with its fix */
  throwProblems(scenario: string): void {
    if (this.problems.length === 0) return;
    throw new Error(`${scenario}.ts cannot run:\n- ${this.problems.join('\n- ')}`);
  }
}
