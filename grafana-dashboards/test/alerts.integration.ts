import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stringify } from 'yaml';
import { ALERTS } from '../src/alerts/groups.ts';
import { runbookOf } from '../src/alerts/rule.ts';
import { GENERATED_DIRECTORY } from '../src/generated-files.ts';
import { readDashboards } from '../src/model/dashboard-json.ts';
import { substitute } from '../src/model/resolve.ts';
import { type AlertCase, RELEASE } from './support/alert-case.ts';
import { ALERT_CASES } from './support/alert-cases.ts';
import { promtool } from './support/promtool.ts';

let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'caudal-alerts-'));
  copyFileSync(join(GENERATED_DIRECTORY, 'alerts.yaml'), join(directory, 'alerts.yaml'));
});
after(() => rmSync(directory, { recursive: true, force: true }));

test('Prometheus takes the rules', async () => {
  assert.match(await promtool(directory, ['check', 'rules', 'alerts.yaml']), /SUCCESS: 24 rules found/);
});

for (const [index, one] of ALERT_CASES.entries()) {
  test(`${one.alert} ${one.fires.length > 0 ? 'fires' : 'is silent'}: ${one.what}`, async () => {
    const file = `case-${index}.yaml`;
    writeFileSync(join(directory, file), stringify(promtoolTest(one)));
    await promtool(directory, ['test', 'rules', file]);
  });
}

test('a case that expects too much fails', async () => {
  const firing = ALERT_CASES.find(({ fires }) => fires.length > 0);
  assert.ok(firing);
  writeFileSync(join(directory, 'wrong.yaml'), stringify(promtoolTest({ ...firing, fires: [] })));
  await assert.rejects(promtool(directory, ['test', 'rules', 'wrong.yaml']), /FAILED/);
});

test('Prometheus can parse the query of every panel', async () => {
  const values = new Map([
    ['__interval', '15s'],
    ['__rate_interval', '1m'],
    ['__range', '15m'],
    ['top', '10'],
    ...['namespace', 'release', 'lane', 'country', 'pod'].map((name) => [name, '.*'] as const),
  ]);
  const expressions = [...readDashboards(GENERATED_DIRECTORY).values()].flatMap(({ panels, annotations }) => [
    ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ...annotations.list.map(({ expr }) => expr),
  ]);
  assert.ok(expressions.length > 80, `${expressions.length} queries`);
  const rules = expressions.map((expr, index) => ({
    record: `panel:query_${index}`,
    expr: substitute(expr, values),
  }));
  writeFileSync(
    join(directory, 'panels.yaml'),
    stringify({ groups: [{ name: 'panels', rules }] }, { lineWidth: 0 }),
  );
  const output = await promtool(directory, ['check', 'rules', 'panels.yaml']);
  assert.match(output, new RegExp(`SUCCESS: ${expressions.length} rules found`));
});

function promtoolTest({ alert, series, atMinute, fires }: AlertCase): object {
  const rule = ALERTS.find((one) => one.alert === alert);
  assert.ok(rule, `there is no alert ${alert}`);
  return {
    rule_files: ['alerts.yaml'],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        alert_rule_test: [
          {
            eval_time: `${atMinute}m`,
            alertname: alert,
            exp_alerts: fires.map(({ labels, summary }) => ({
              // An empty label is one that the alert does not have.
              exp_labels: withoutEmpty({ severity: rule.severity, ...RELEASE, ...labels }),
              exp_annotations: { summary, description: rule.description, runbook: runbookOf(alert) },
            })),
          },
        ],
      },
    ],
  };
}

function withoutEmpty(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
}
