import type { PerCountry } from '@caudal/common/account';
import { METRICS } from '@caudal/common/metrics';

/** Messages that Prometheus saw accepted, by country. */
export interface AcceptedMessages {
  readonly byCountry: PerCountry;
  readonly total: number;
  /** For a person: what this figure is good for. */
  readonly note: string;
}

const { name } = METRICS.ingestMessages;
/** The highest value of each ingest process counts, so that one that has ended stays in the sum. */
const QUERY = `sum by (country) (max_over_time(${name}{outcome="accepted"}[7d]))`;
const NOTE =
  'From scraped counters of the last 7 days: what an ingest process counted after its last scrape, or before it was restarted under the same address, is missing. For an exact account POST what the load generator counted.';

/**
 * Asks Prometheus for what the ingest processes counted as accepted.
 * @throws Error when it does not answer as it should within `timeoutMs`.
 */
export async function readAcceptedMessages(
  prometheusUrl: string,
  timeoutMs: number,
): Promise<AcceptedMessages> {
  const url = new URL(`${prometheusUrl.replace(/\/+$/, '')}/api/v1/query`);
  url.searchParams.set('query', QUERY);
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
