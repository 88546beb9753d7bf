import { latencyLine, requestsLine, thresholdsLine } from '../account-table.ts';
import type { LatencyFigures } from '../summary.ts';
import type { FilmsAccount, QueryCounts } from './account.ts';

function line(name: string, ...cells: readonly (string | number)[]): string {
  return `  ${name.padEnd(10)}${cells.map((cell) => String(cell).padStart(10)).join('')}`;
}

function row(name: string, counts: QueryCounts, { p50, p99 }: LatencyFigures): string {
  const { asked, answered, failed, unanswered, savedByRetry, wrong } = counts;
  const show = (ms: number | null): string => (ms === null ? '–' : ms.toFixed(1));
  return line(name, asked, answered, failed + unanswered, savedByRetry, wrong, show(p50), show(p99));
}

/** Formats an account as text: what was asked and answered, by whom, how fast, and failed conditions. */
export function renderFilmsAccount(account: FilmsAccount): string {
  const { queries, byKind, answeredBy, durationSeconds } = account;
  const perSecond = durationSeconds > 0 ? queries.answered / durationSeconds : 0;
  const answers = Object.values(answeredBy).reduce((sum, count) => sum + count, 0);
  const servers = Object.entries(answeredBy).map(
    ([server, count]) => `${server} ${((100 * count) / answers).toFixed(1)} %`,
  );
  const lines = [
    '',
    `${account.scenario} · run ${account.runId} · seed ${account.seed} · ${account.baseUrl}`,
    '',
    line('queries', 'asked', 'answered', 'failed', 'saved', 'wrong', 'p50 ms', 'p99 ms'),
    ...Object.entries(byKind).map(([kind, counts]) => row(kind, counts, counts.latencyMs)),
    row('all', queries, account.latencyMs),
    '',
    `  asked     in ${durationSeconds.toFixed(1)} s, ${perSecond.toFixed(0)} answered per second`,
    `  requests  ${requestsLine(account.requests)}`,
    `  200 after ${latencyLine(account.latencyMs)}`,
    `  read from ${servers.join(', ') || 'nothing'}`,
  ];
  if (account.droppedIterations > 0)
    lines.push(`  dropped   ${account.droppedIterations} arrivals: raise USERS or lower RATE`);
  lines.push(`  ${thresholdsLine(account.thresholds)}`, '');
  return `${lines.join('\n')}\n`;
}
