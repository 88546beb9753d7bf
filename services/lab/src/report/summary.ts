import type { LoadResult } from '../load/measure-load.ts';
import { accountRows, findingLines, verdictLine } from './account-rows.ts';
import { formatCount, formatDuration, textTable } from './text-table.ts';

/** Countries shown in a terminal. */
const TOP_COUNTRIES = 8;

/** Latency and rate of every lane, and of the door. */
export function latencyRows(
  result: Pick<LoadResult, 'latencyByLane' | 'storedPerSecondByLane' | 'load' | 'acceptedPerSecond'>,
): string[][] {
  const rate = (perSecond: number | null | undefined) =>
    perSecond === null || perSecond === undefined ? '–' : formatCount(Math.round(perSecond));
  const { latencyMs } = result.load;
  const seconds = (ms: number | null) => (ms === null ? null : ms / 1_000);
  return [
    ['', 'p50', 'p95', 'p99', 'messages/s'],
    [
      'POST to 202',
      ...[latencyMs.p50, latencyMs.p95, latencyMs.p99].map((ms) => formatDuration(seconds(ms))),
      rate(result.acceptedPerSecond),
    ],
    ...Object.entries(result.latencyByLane).map(([lane, { p50, p95, p99 }]) => [
      `stored, ${lane}`,
      ...[p50, p95, p99].map(formatDuration),
      rate(result.storedPerSecondByLane[lane]),
    ]),
  ];
}

/** A run for a terminal: the account, what is wrong, and how fast it was. */
export function runSummary(result: LoadResult): string {
  const { load, account } = result;
  const { retries } = load.requests;
  const failed = load.thresholds.results.filter(({ passed }) => !passed);
  return [
    textTable(accountRows(account, TOP_COUNTRIES)),
    '',
    verdictLine(account),
    ...findingLines(account.findings).map((line) => `  ${line}`),
    ...(result.notDrained === undefined ? [] : [`  not drained: ${result.notDrained}`]),
    '',
    textTable(latencyRows(result)),
    ...(retries > 0
      ? ['', `${formatCount(retries)} requests were sent again under the same Idempotency-Key`]
      : []),
    ...failed.map(({ metric, condition }) => `threshold of the load test missed: ${metric} ${condition}`),
    '',
  ].join('\n');
}
