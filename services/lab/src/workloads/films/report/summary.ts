import type { Verdict } from '@caudal/common/verdict';
import type { Painter } from '../../../cli/painter.ts';
import { formatCount, formatDuration, textTable } from '../../../report/text-table.ts';
import { type Judged, judge } from '../judge.ts';
import type { FilmsResult } from '../load/measure-films.ts';
import type { FilmReads, FilmsAccount } from '../verify/account.ts';

/** `films  20,000 asked · 20,000 answered · wrong 0 · failed 0 · 3 saved by asking again` */
export function accountLine({ asked, answered, right, failed, savedByRetry }: FilmsAccount): string {
  return `films  ${[
    `${formatCount(asked)} asked`,
    `${formatCount(answered)} answered`,
    `wrong ${formatCount(asked - right - failed)}`,
    `failed ${formatCount(failed)}`,
    ...(savedByRetry === 0 ? [] : [`${formatCount(savedByRetry)} saved by asking again`]),
  ].join(' · ')}`;
}

/** `reads  replica-1 51.2 % · replica-2 48.8 % · 12 sent once more · 0 left to the primary` */
export function readsLine({ byServer, retries, lastResort, cacheHits }: FilmReads): string {
  const all = Object.values(byServer).reduce((sum, reads) => sum + reads, 0);
  return `reads  ${[
    ...Object.entries(byServer).map(([server, reads]) => `${server} ${((100 * reads) / all).toFixed(1)} %`),
    `${formatCount(retries)} sent once more`,
    `${formatCount(lastResort)} left to the primary`,
    `${formatCount(cacheHits)} answered from memory`,
  ].join(' · ')}`;
}

/** The verdict in one line. */
export function verdictLine({ exact, promises, kept }: Verdict): string {
  if (exact) return 'exact: every answer is what the file of the films says';
  if (promises === 0) return 'nothing was asked';
  if (kept === promises) return 'NOT exact: every answer is right, but not all is as promised';
  return `NOT exact: ${formatCount(promises - kept)} of ${formatCount(promises)} answers are not what the file of the films says`;
}

/** One line a finding, and one for each example. */
export function findingLines({ findings }: Pick<Verdict, 'findings'>): readonly string[] {
  return findings.flatMap(({ kind, subject, count, detail, examples }) => [
    `${kind} ${formatCount(count)} ${subject}: ${detail}`,
    ...examples.map((example) => `  ${example}`),
  ]);
}

/** The account with its verdict, for a terminal. */
export function accountSummary(judged: Judged, paint: Painter): string {
  const verdict = judge(judged);
  return [
    accountLine(judged.account),
    readsLine(judged.reads),
    '',
    paint.verdict(verdict.exact ? 'exact' : 'faulty', verdictLine(verdict)),
    ...findingLines(verdict).map((line) => `  ${line}`),
  ].join('\n');
}

/** How long answers took, by what was asked. */
export function timeRows({ load }: Pick<FilmsResult, 'load'>): string[][] {
  const time = (ms: number | null): string => formatDuration(ms === null ? null : ms / 1_000);
  const all = { asked: load.queries.asked, latencyMs: load.latencyMs };
  return [
    ['', 'asked', 'p50', 'p95', 'p99', 'max'],
    ...[...Object.entries(load.byKind), ['all', all] as const].map(
      ([
        kind,
        {
          asked,
          latencyMs: { p50, p95, p99, max },
        },
      ]) => [kind, formatCount(asked), ...[p50, p95, p99, max].map(time)],
    ),
  ];
}

/** `20,000 in 41.0 s: 488 a second` */
export function rateLine({ load }: Pick<FilmsResult, 'load'>): string {
  const { answered } = load.queries;
  const perSecond = load.durationSeconds > 0 ? answered / load.durationSeconds : 0;
  return `${formatCount(answered)} in ${formatDuration(load.durationSeconds)}: ${formatCount(Math.round(perSecond))} a second`;
}

/** A run for a terminal. */
export function runSummary(result: FilmsResult, paint: Painter): string {
  const failed = result.load.thresholds.results.filter(({ passed }) => !passed);
  return [
    accountSummary(result, paint),
    '',
    textTable(timeRows(result)),
    '',
    rateLine(result),
    ...failed.map(({ metric, condition }) => `load-test threshold failed: ${metric} ${condition}`),
    '',
  ].join('\n');
}
