import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stringify } from 'yaml';
import { GENERATED_DIRECTORY } from '../src/generated-files.ts';
import { readDashboards } from '../src/model/dashboard-json.ts';
import { substitute } from '../src/model/resolve.ts';
import { FILM_PANEL_CASES } from './support/film-panel-cases.ts';
import { ORDER_PANEL_CASES } from './support/order-panel-cases.ts';
import { PANEL_CASES } from './support/panel-cases.ts';
import type { PanelCase } from './support/panel-series.ts';
import { promtool } from './support/promtool.ts';

/* What the panels' own expressions compute, by Prometheus' own engine, from series in which lanes and processes differ. */

const VARIABLES = new Map([
  ['__interval', '1m'],
  ['__rate_interval', '4m'],
  ['__range', '15m'],
  ['top', '10'],
  ...['namespace', 'release', 'lane', 'country', 'pod'].map((name) => [name, '.*'] as const),
]);

const dashboards = readDashboards(GENERATED_DIRECTORY);

let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'caudal-panel-expressions-'));
});
after(() => rmSync(directory, { recursive: true, force: true }));

for (const [index, one] of [...PANEL_CASES, ...ORDER_PANEL_CASES, ...FILM_PANEL_CASES].entries()) {
  test(`${one.dashboard}, ${one.panel}: ${one.what}`, async () => {
    const file = `case-${index}.yaml`;
    writeFileSync(join(directory, file), stringify(promtoolTest(one), { lineWidth: 0 }));
    await promtool(directory, ['test', 'rules', file]);
  });
}

test('a case that expects another value fails', async () => {
  const [one] = PANEL_CASES;
  assert.ok(one);
  const [labels = ''] = Object.keys(one.shows);
  writeFileSync(join(directory, 'wrong.yaml'), stringify(promtoolTest({ ...one, shows: { [labels]: 1 } })));
  await assert.rejects(promtool(directory, ['test', 'rules', 'wrong.yaml']), /FAILED/);
});

function promtoolTest({ series, atMinute, shows, ...one }: PanelCase): object {
  return {
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: [
          {
            // A quantile of rates is a hair off what the numbers say.
            expr: `round(${expressionOf(one)}, 0.001)`,
            eval_time: `${atMinute}m`,
            exp_samples: Object.entries(shows).map(([labels, value]) => ({ labels, value })),
          },
        ],
      },
    ],
  };
}

function expressionOf({
  dashboard,
  panel,
  query = 0,
}: Pick<PanelCase, 'dashboard' | 'panel' | 'query'>): string {
  const json = dashboards.get(dashboard);
  const found = json?.panels.find(({ title }) => title === panel);
  const mark = json?.annotations.list.find(({ name }) => `mark "${name}"` === panel);
  const expr = mark?.expr ?? found?.targets?.[query]?.expr;
  assert.ok(expr, `${dashboard} has no query ${query} of a panel "${panel}"`);
  return substitute(expr, VARIABLES);
}
