import type { PerCountry } from '@caudal/common/account';
import { METRICS } from '@caudal/common/metrics';
import { selectorOf } from '../stream/prometheus.ts';

/** Messages that Prometheus saw accepted, by country. */
export interface AcceptedMessages {
  readonly byCountry: PerCountry;
  readonly total: number;
  /** Limits of this figure, as text. */
  readonly note: string;
}

const { name } = METRICS.ingestMessages;
/** Uses the highest value per ingest process, so that ended processes stay in the sum. */
const queryIn = (scope: string): string =>
  `sum by (country) (max_over_time(${selectorOf({ scope }, name, 'outcome="accepted"')}[7d]))`;
const NOTE =
  'From counters scraped in the last 7 days. Excludes counts after the last scrape of an ingest process, or before its restart under the same address. For an exact account, POST the counts of the load generator.';

/**
 * Reads the ingest processes' counts of accepted messages from Prometheus.
 * @throws Error without a valid answer within `timeoutMs`.
 */
export async function readAcceptedMessages(
  prometheusUrl: string,
  timeoutMs: number,
  scope = '',
): Promise<AcceptedMessages> {
  const url = new URL(`${prometheusUrl.replace(/\/+$/, '')}/api/v1/query`);
  url.searchParams.set('query', queryIn(scope));
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`Prometheus answered ${response.status}`);
  const body = (await response.json()) as {
    data?: { result?: readonly { metric: { country?: string }; value: readonly [number, string] }[] };
  };
  const byCountry: Record<string, number> = {};
  let total = 0;
  for (const { metric, value } of body.data?.result ?? []) {
    const count = Number(value[1]);
    if (metric.country === undefined || count === 0) continue;
    byCountry[metric.country] = count;
    total += count;
  }
  return { byCountry, total, note: NOTE };
}
