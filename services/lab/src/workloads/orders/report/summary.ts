import { FINDING_KINDS, type Verdict } from '@caudal/common/verdict';
import type { Painter } from '../../../cli/painter.ts';
import { formatCount, formatDuration, textTable } from '../../../report/text-table.ts';
import { type Judged, judge } from '../judge.ts';
import type { OrdersResult } from '../load/measure-orders.ts';
import type { OrdersAccount, Spread } from '../verify/account.ts';

/** Kinds of findings that are named even where there is none. */
const NAMED = ['lost', 'doubled', 'wrong', 'early', 'skipped', 'out-of-order'] as const;
/** What the first shop of this kind needed to take an order in, ms. */
const FIRST_SHOP_POST_MS = 10;
const STATES = 4;

/** `orders  1,000 accepted · 1,000 finished · 4,000 transitions · 4,000 mails · lost 0 · doubled 0 …` */
export function accountLine(account: OrdersAccount, { findings }: Pick<Verdict, 'findings'>): string {
  const optional: readonly (readonly [number, string])[] = [
    [account.refused, 'refused'],
    [account.unknown, 'without an answer'],
    [account.cancelled, 'cancelled'],
    [account.copies, 'copies'],
    [account.parked, 'mails refused permanently'],
  ];
  const shown = FINDING_KINDS.filter((kind) => NAMED.some((name) => name === kind) || countOf(kind) > 0);
  function countOf(kind: (typeof FINDING_KINDS)[number]): number {
    return findings.reduce((sum, finding) => sum + (finding.kind === kind ? finding.count : 0), 0);
  }
  const parts = [
    `${formatCount(account.accepted)} accepted`,
    `${formatCount(account.finished)} finished`,
    ...optional.flatMap(([count, name]) => (count === 0 ? [] : [`${formatCount(count)} ${name}`])),
    `${formatCount(account.transitions)} transitions`,
    `${formatCount(account.mails)} mails`,
    ...shown.map((kind) => `${kind.replaceAll('-', ' ')} ${formatCount(countOf(kind))}`),
  ];
  return `orders  ${parts.join(' · ')}`;
}

/** The verdict in one line. */
export function verdictLine({ exact, promises, kept }: Verdict): string {
  if (exact)
    return 'exact: every accepted order went through its states once and in order, with one mail for each';
  if (promises === 0) return 'nothing was promised: no order was accepted';
  return `NOT exact: ${formatCount(promises - kept)} of ${formatCount(promises)} orders are not as promised`;
}

/** One line a finding, with where it was seen. */
export function findingLines({ findings }: Verdict): readonly string[] {
  return findings.map(
    ({ kind, subject, count, detail, examples }) =>
      `${kind} ${formatCount(count)} ${subject}: ${detail}${examples.length === 0 ? '' : ` (${examples.join(', ')})`}`,
  );
}

/** The account with its verdict, for a terminal. */
export function accountSummary(judged: Judged, paint: Painter): string {
  const verdict = judge(judged);
  return [
    accountLine(judged.account, verdict),
    '',
    paint.verdict(verdict.exact ? 'exact' : 'faulty', verdictLine(verdict)),
    ...findingLines(verdict).map((line) => `  ${line}`),
  ].join('\n');
}

/** How long things took. */
export function timeRows({ load, account, stepMs }: OrdersResult): string[][] {
  const row = (what: string, { p50, p99, max }: Spread): string[] => [
    what,
    ...[p50, p99, max].map((ms) => formatDuration(ms === null ? null : ms / 1_000)),
  ];
  return [
    ['', 'p50', 'p99', 'max'],
    row('POST to 202', load.latencyMs),
    row(`a state, beyond its ${formatDuration(stepMs / 1_000)}`, account.lateness),
    row('a state to its mail', account.mailDelay),
  ];
}

/** What the first shop would have needed, which walked one order at a time through its states. */
export function firstShopLine({ account, load, stepMs }: OrdersResult): string {
  const oneByOne = (account.accepted * STATES * stepMs) / 1_000;
  const took = account.spanSeconds === null ? '–' : formatLong(account.spanSeconds);
  return `first state to last: ${took}; one order at a time, as in the first shop: ${formatLong(oneByOne)}. POST there: about ${FIRST_SHOP_POST_MS} ms, here p50 ${formatDuration(load.latencyMs.p50 === null ? null : load.latencyMs.p50 / 1_000)}`;
}

/** `8.3 s`, `12 min` or `8 h 53 min` */
export function formatLong(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 3) return formatDuration(seconds);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A run for a terminal. */
export function runSummary(result: OrdersResult, paint: Painter): string {
  const { retries } = result.load.requests;
  const failed = result.load.thresholds.results.filter(({ passed }) => !passed);
  return [
    accountSummary(result, paint),
    '',
    textTable(timeRows(result)),
    '',
    firstShopLine(result),
    ...(retries > 0
      ? [`${formatCount(retries)} requests were sent again under the same Idempotency-Key`]
      : []),
    ...failed.map(({ metric, condition }) => `load-test threshold failed: ${metric} ${condition}`),
    '',
  ].join('\n');
}
