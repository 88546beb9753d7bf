import { renderCharts } from '../../../report/line-chart.ts';
import type { RunDocument } from '../../../report/run-document.ts';
import { markdownTable } from '../../../report/text-table.ts';
import { judge } from '../judge.ts';
import type { OrdersResult, OrdersSample } from '../load/measure-orders.ts';
import { accountLine, findingLines, firstShopLine, timeRows, verdictLine } from './summary.ts';

/** report.md and the chart it shows. */
export function runReport(run: RunDocument<OrdersResult>): {
  readonly markdown: string;
  readonly chart: string;
} {
  const verdict = judge(run);
  const over = (name: string, value: (sample: OrdersSample) => number | undefined) => ({
    name,
    points: run.samples.map((sample) => [sample.atSeconds, value(sample) ?? 0] as const),
  });
  const chart = renderCharts([
    {
      title: 'Orders',
      unit: 'orders',
      series: [over('taken in', ({ orders }) => orders), over('finished', ({ byState }) => byState[4])],
    },
    {
      title: 'Mails',
      unit: 'mails',
      series: [over('sent', ({ mails }) => mails.sent), over('waiting', ({ mails }) => mails.waiting)],
    },
  ]);
  const settings = Object.entries(run.settings).map(([name, value]) => [name, String(value)]);
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  const counters = Object.entries(run.counters).map(([name, count]) => [`\`${name}\``, String(count)]);
  const markdown = [
    `# ${run.id}`,
    '',
    `**${verdictLine(verdict)}**`,
    '',
    ...findingLines(verdict).map((line) => `- ${line}`),
    '',
    `\`${run.command}\`, ${run.load.startedAt}, ${run.machine}`,
    '',
    accountLine(run.account, verdict),
    '',
    '## Times',
    '',
    markdownTable(timeRows(run)),
    '',
    firstShopLine(run),
    '',
    '![Orders and mails over time](chart.svg)',
    '',
    '## Counters',
    '',
    markdownTable([['metric', 'increase'], ...counters]),
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
