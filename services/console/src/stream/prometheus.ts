/** A value with its labels at one time. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Values with their labels over a time. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Pairs of seconds since the epoch and value. */
  readonly values: readonly (readonly [number, number])[];
}

/** Asks Prometheus. */
export interface Prometheus {
  /** Label matchers that the series of this deployment have, for a Prometheus that sees others too; empty: none. */
  readonly scope: string;
  /** @throws Error without a valid answer in time. */
  query(expression: string): Promise<readonly Sample[]>;
  /** @param from seconds since the epoch @throws Error without a valid answer in time. */
  range(expression: string, from: number, to: number, stepSeconds: number): Promise<readonly Series[]>;
}

interface Answer {
  readonly data?: {
    readonly result?: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value?: readonly [number, string];
      readonly values?: readonly (readonly [number, string])[];
    }[];
  };
}

/** Asks a Prometheus by its HTTP API. */
export function createPrometheus(url: string, timeoutMs: number, scope = ''): Prometheus {
  const ask = async (path: string, parameters: Readonly<Record<string, string>>) => {
    // Sent as a form: expressions may be longer than an address.
    const response = await fetch(`${url.replace(/\/+$/, '')}/api/v1/${path}`, {
      method: 'POST',
      body: new URLSearchParams(parameters),
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw new Error(`Prometheus answered ${response.status}`);
    return ((await response.json()) as Answer).data?.result ?? [];
  };
  return {
    scope,
    async query(expression) {
      const result = await ask('query', { query: expression });
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value?.[1]) }));
    },
    async range(expression, from, to, stepSeconds) {
      const result = await ask('query_range', {
        query: expression,
        start: String(from),
        end: String(to),
        step: String(stepSeconds),
      });
      return result.map(({ metric, values = [] }) => ({
        labels: metric,
        values: values.map(([time, value]) => [time, Number(value)] as const),
      }));
    },
  };
}

/** A selector of a metric's series in the scope. @param name also with a suffix: `…_bucket`; empty where the matchers name it */
export function selectorOf({ scope }: Pick<Prometheus, 'scope'>, name: string, matchers = ''): string {
  return `${name}{${[matchers, scope].filter((part) => part !== '').join(', ')}}`;
}
