/** One series: its labels and its samples, time in seconds since the epoch. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [time: number, value: number])[];
}

/** A span of time, in seconds since the epoch. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** The part of Prometheus' HTTP API that a dashboard needs. Every method throws an Error with Prometheus' own words. */
export interface PrometheusClient {
  /** Evaluates an expression at one moment: every series has one sample. */
  query(expr: string, at: number): Promise<readonly Series[]>;
  /** Evaluates an expression every `stepSeconds`. */
  queryRange(expr: string, range: TimeRange, stepSeconds: number): Promise<readonly Series[]>;
  /** The values a label has in the series that match, in order. */
  labelValues(label: string, match: string, range: TimeRange): Promise<readonly string[]>;
}

type Answer =
  | { readonly status: 'success'; readonly data: unknown }
  | { readonly status: 'error'; readonly error: string };

interface Result {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

const TIMEOUT_MS = 30_000;

/** @param url base URL of a Prometheus, such as `http://127.0.0.1:9090` */
export function createPrometheusClient(url: string): PrometheusClient {
  const base = url.replace(/\/+$/, '');

  async function get(path: string, parameters: Readonly<Record<string, string>>): Promise<unknown> {
    const address = `${base}/api/v1/${path}?${new URLSearchParams(parameters)}`;
    const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
      (error: unknown) => {
        throw new Error(`Prometheus at ${base} does not answer`, { cause: error });
      },
    );
    const text = await response.text();
    let answer: Answer;
    try {
      answer = JSON.parse(text) as Answer;
    } catch {
      throw new Error(
        `${base} is not a Prometheus: it responded with ${response.status} ${text.slice(0, 100)}`,
      );
    }
    if (answer.status === 'error') throw new Error(answer.error);
    return answer.data;
  }

  return {
    async query(expr, at) {
      const data = (await get('query', { query: expr, time: String(at) })) as {
        resultType: string;
        result: unknown;
      };
      if (data.resultType === 'scalar')
        return [toSeries({ metric: {}, value: data.result as [number, string] })];
      return (data.result as readonly Result[]).map(toSeries);
    },
    async queryRange(expr, { from, to }, stepSeconds) {
      const data = (await get('query_range', {
        query: expr,
        start: String(from),
        end: String(to),
        step: String(stepSeconds),
      })) as { result: readonly Result[] };
      return data.result.map(toSeries);
    },
    async labelValues(label, match, { from, to }) {
      const parameters = { 'match[]': match, start: String(from), end: String(to) };
      return ((await get(`label/${label}/values`, parameters)) as string[]).sort();
    },
  };
}

function toSeries({ metric, value, values = value === undefined ? [] : [value] }: Result): Series {
  return { labels: metric, samples: values.map(([time, text]) => [time, toNumber(text)] as const) };
}

/** Prometheus writes infinity as `+Inf`. */
function toNumber(text: string): number {
  return text.endsWith('Inf')
    ? text.startsWith('-')
      ? Number.NEGATIVE_INFINITY
      : Number.POSITIVE_INFINITY
    : Number(text);
}
