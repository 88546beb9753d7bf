import { renderCharts } from '../../../report/line-chart.ts';
import type { RunDocument } from '../../../report/run-document.ts';
import { markdownTable } from '../../../report/text-table.ts';
import { judge } from '../judge.ts';
import type { FilmsResult } from '../load/measure-films.ts';
import { accountLine, findingLines, rateLine, readsLine, timeRows, verdictLine } from './summary.ts';

/** report.md and the chart it shows. */
export function runReport(run: RunDocument<FilmsResult>): {
  readonly markdown: string;
  readonly chart: string;
} {
  const verdict = judge(run);
  const servers = [...new Set(run.samples.flatMap(({ byServer }) => Object.keys(byServer)))].sort();
  const over = (name: string, value: (sample: FilmsResult['samples'][number]) => number | undefined) => ({
    name,
    points: run.samples.map((sample) => [sample.atSeconds, value(sample) ?? 0] as const),
  });
  const chart = renderCharts([
    { title: 'Requests', unit: 'requests', series: [over('answered', ({ requests }) => requests)] },
    {
      title: 'Reads',
      unit: 'reads',
      series: servers.map((server) => over(server, ({ byServer }) => byServer[server])),
    },
  ]);
  const settings = Object.entries(run.settings).map(([name, value]) => [name, String(value)]);
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  const markdown = [
    `# ${run.id}`,
    '',
    `**${verdictLine(verdict)}**`,
    '',
    ...findingLines(verdict).map((line) => `- ${line.trimStart()}`),
    '',
    `\`${run.command}\`, ${run.load.startedAt}, ${run.machine}`,
    '',
    accountLine(run.account),
    '',
    readsLine(run.reads),
    '',
    '## Times',
    '',
    markdownTable(timeRows(run)),
    '',
    rateLine(run),
    '',
    '![Requests and reads over time](chart.svg)',
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
