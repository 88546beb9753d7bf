import { type Account, verdictOf } from '@caudal/common/account';
import { type Painter, PLAIN } from '../../../cli/painter.ts';
import { formatCount, formatDuration, textTable } from '../../../report/text-table.ts';
import type { LoadResult } from '../load/measure-load.ts';
import type { RowVerdict } from '../verify/rows/verify-rows.ts';
import { accountRows } from './account-rows.ts';

/** Maximum countries shown in a terminal. */
const TOP_COUNTRIES = 8;
/** Maximum findings shown there; the report lists all. */
const MAX_NOTES = 12;

/** Latency and rate of every lane and of ingest. */
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

/** Formats the account with its verdict and findings. */
export function accountSummary(
  account: Account,
  notDrained: string | undefined,
  {
    maxCountries = TOP_COUNTRIES,
    paint = PLAIN,
  }: { readonly maxCountries?: number; readonly paint?: Painter } = {},
): string {
  const { state, line, notes } = verdictOf(account, notDrained);
  const lanes = account.lanes.map(({ lane }) => lane);
  return [
    paint.lanes(textTable(accountRows(account, maxCountries)), lanes),
    '',
    paint.verdict(state, line),
    ...notes.slice(0, MAX_NOTES).map((note) => paint.lanes(`  ${note}`, lanes)),
    ...(notes.length > MAX_NOTES ? [`  … and ${notes.length - MAX_NOTES} more`] : []),
  ].join('\n');
}

/** Formats what the rows show, worst first. */
export function rowLines({ findings, notes }: RowVerdict, paint: Painter = PLAIN): string[] {
  const found = findings.map(({ kind, count }) => `${kind} ${count}`).join(', ');
  return [
    ...(findings.length === 0 ? [] : [paint.verdict('faulty', `NOT exact by the rows: ${found}`)]),
    ...notes.map((note) => `  ${note}`),
  ];
}

/** Formats a run for a terminal: account, problems, latency and rates. */
export function runSummary(result: LoadResult, paint: Painter = PLAIN): string {
  const { load, account } = result;
  const { retries } = load.requests;
  const failed = load.thresholds.results.filter(({ passed }) => !passed);
  return [
    accountSummary(account, result.notDrained, { paint }),
    ...(result.rows === undefined ? [] : rowLines(result.rows, paint)),
    '',
    paint.lanes(
      textTable(latencyRows(result)),
      account.lanes.map(({ lane }) => lane),
    ),
    ...(retries > 0
      ? ['', `${formatCount(retries)} requests were sent again under the same Idempotency-Key`]
      : []),
    ...failed.map(({ metric, condition }) => `load-test threshold failed: ${metric} ${condition}`),
    '',
  ].join('\n');
}
