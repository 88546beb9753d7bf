/** The part of k6's `handleSummary` data that is used. */
export type SummaryData = {
  metrics: Record<
    string,
    | { values: Record<string, number | undefined>; thresholds?: Record<string, { ok: boolean }> | undefined }
    | undefined
  >;
};

/** Milliseconds; null without measurements. */
export type LatencyFigures = Record<'avg' | 'p50' | 'p95' | 'p99' | 'max', number | null>;

/** Requests of a run. */
export type RequestFigures = {
  /** Requests, each counted once. */
  total: number;
  /** Requests that needed more than one attempt. */
  retried: number;
  /** Attempts beyond the first. */
  retries: number;
  /** Attempts by HTTP status; `0`: no answer. */
  status: Record<string, number>;
};

/** How a run was judged. Empty if k6 ran with --no-thresholds, which does not count as passed. */
export type ThresholdResults = {
  passed: boolean;
  results: { metric: string; condition: string; passed: boolean }[];
};

/** Metrics of requests, the same for every script. */
export const requestMetrics = {
  /** Requests, once however often they are retried. */
  requests: 'requests_sent',
  /** Requests that needed more than one attempt. */
  retriedRequests: 'requests_retried',
  /** Attempts beyond the first. */
  retries: 'request_retries',
  /** From the first attempt to the accepting answer, waits included. */
  settleTime: 'request_settle_time',
} as const;

/** Statuses worth a row of their own; anything else is counted as `other`. */
const countedStatuses: readonly number[] = [
  0, 200, 202, 301, 302, 307, 308, 400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 431, 500, 501, 502,
  503, 504,
];

/** Attempts of requests with this name, answered at all or not. */
export function attemptsName(name: string): string {
  return `http_reqs{name:${name}}`;
}

/** Their attempts that got one status; 0 stands for no answer. */
export function statusName(name: string, status: number): string {
  return `http_reqs{name:${name},status:${status}}`;
}

/** Durations of their attempts answered 202. */
export function acceptedDurationName(name: string): string {
  return `http_req_duration{name:${name},status:202}`;
}

/** A condition that always holds: k6 shows a metric by tag at the end of a run only where a threshold names it. */
export const alwaysHolds: readonly string[] = ['count>=0'];

/** Makes the attempts with this name countable by status. */
export function visibleStatuses(name: string): Record<string, string[]> {
  const names = [attemptsName(name), ...countedStatuses.map((status) => statusName(name, status))];
  return Object.fromEntries(names.map((metric) => [metric, [...alwaysHolds]]));
}

/** Value of a counter at the end. */
export function count(data: SummaryData, metric: string): number {
  return data.metrics[metric]?.values.count ?? 0;
}

/** Figures of a trend. */
export function latency(data: SummaryData, metric: string): LatencyFigures {
  const values = data.metrics[metric]?.values ?? {};
  const measured = (values.count ?? 0) > 0;
  const figure = (name: string): number | null => {
    const value = values[name];
    return measured && value !== undefined ? Math.round(value * 1000) / 1000 : null;
  };
  return {
    avg: figure('avg'),
    p50: figure('med'),
    p95: figure('p(95)'),
    p99: figure('p(99)'),
    max: figure('max'),
  };
}

/** Figures of the requests with this name. */
export function requestFigures(data: SummaryData, name: string): RequestFigures {
  const status: Record<string, number> = {};
  let other = count(data, attemptsName(name));
  for (const code of countedStatuses) {
    const attempts = count(data, statusName(name, code));
    if (attempts > 0) status[String(code)] = attempts;
    other -= attempts;
  }
  if (other > 0) status.other = other;
  return {
    total: count(data, requestMetrics.requests),
    retried: count(data, requestMetrics.retriedRequests),
    retries: count(data, requestMetrics.retries),
    status,
  };
}

/** How these conditions held. */
export function thresholdResults(
  data: SummaryData,
  gates: Readonly<Record<string, readonly string[]>>,
): ThresholdResults {
  const results = Object.entries(gates).flatMap(([metric, conditions]) =>
    conditions.flatMap((condition) => {
      const result = data.metrics[metric]?.thresholds?.[condition];
      return result === undefined ? [] : [{ metric, condition, passed: result.ok }];
    }),
  );
  return { passed: results.length > 0 && results.every(({ passed }) => passed), results };
}
