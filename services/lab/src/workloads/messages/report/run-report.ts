import { verdictOf } from '@caudal/common/account';
import { renderCharts } from '../../../report/line-chart.ts';
import type { RunDocument } from '../../../report/run-document.ts';
import { markdownTable } from '../../../report/text-table.ts';
import type { LoadResult } from '../load/measure-load.ts';
import { accountRows } from './account-rows.ts';
import { latencyRows, rowLines } from './summary.ts';

/** report.md and the chart it shows. */
export function runReport(run: RunDocument<LoadResult>): {
  readonly markdown: string;
  readonly chart: string;
} {
  const lanes = run.account.lanes.map(({ lane }) => lane);
  const verdict = verdictOf(run.account, run.notDrained);
  const over = (value: (lane: string, sample: LoadResult['samples'][number]) => number | null) =>
    lanes.map((lane) => ({
      name: lane,
      points: run.samples.map((sample) => [sample.atSeconds, value(lane, sample)] as const),
    }));
  const milliseconds = (seconds: number | null | undefined) =>
    seconds === null || seconds === undefined ? null : Math.round(seconds * 100_000) / 100;
  const chart = renderCharts([
    { title: 'Backlog', unit: 'messages', series: over((lane, { lanes: at }) => at[lane]?.backlog ?? null) },
    {
      title: 'End-to-end latency, p99',
      unit: 'ms',
      series: over((lane, { lanes: at }) => milliseconds(at[lane]?.p99Seconds)),
    },
    {
      title: 'Stored',
      unit: 'messages',
      series: over((lane, { lanes: at }) => {
        const total = at[lane]?.total;
        return total === undefined || total === null ? null : total - (run.request.before[lane]?.total ?? 0);
      }),
    },
  ]);
  const settings = Object.entries(run.settings).map(([name, value]) => [name, String(value)]);
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  const markdown = [
    `# ${run.id}`,
    '',
    `**${verdict.line}**`,
    '',
    ...verdict.notes.map((note) => `- ${note}`),
    ...(run.rows === undefined ? [] : rowLines(run.rows).map((line) => `- ${line.trim()}`)),
    '',
    `\`${run.command}\`, ${run.load.startedAt}, ${run.machine}`,
    '',
    '## Account',
    '',
    markdownTable(accountRows(run.account, Number.POSITIVE_INFINITY)),
    '',
    '## Speed',
    '',
    markdownTable(latencyRows(run)),
    '',
    '![Backlog and latency over time](chart.svg)',
    '',
    '## Settings',
    '',
    markdownTable([['setting', 'value'], ...settings]),
    '',
    `Versions: ${versions.join(', ')}`,
    '',
  ].join('\n');
  return { markdown, chart };
}
