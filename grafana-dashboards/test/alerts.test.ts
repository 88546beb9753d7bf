import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { ALERTS } from '../src/alerts/groups.ts';
import { RUNBOOKS_PATH } from '../src/alerts/rule.ts';
import { FILMS_GUIDE, ORDERS_GUIDE, RUNBOOK_GUIDE } from '../src/dashboards/runbook-guide.ts';
import { GENERATED_DIRECTORY } from '../src/generated-files.ts';
import { ALERT_CASES } from './support/alert-cases.ts';
import { KNOWN_NAMES, metricNames } from './support/metric-names.ts';

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

const file = parse(readFileSync(join(GENERATED_DIRECTORY, 'alerts.yaml'), 'utf8')) as {
  groups: { name: string; rules: Rule[] }[];
};
const rules = file.groups.flatMap(({ rules: ofGroup }) => ofGroup);
const alerts = rules.filter(({ alert }) => alert !== undefined);
const runbooks = readFileSync(join(import.meta.dirname, '..', '..', RUNBOOKS_PATH), 'utf8');

test('the file holds every alert of the source', () => {
  assert.equal(alerts.length, 23);
  assert.deepEqual(
    alerts.map(({ alert }) => alert),
    ALERTS.map(({ alert }) => alert),
  );
});

test('every alert says what it is, how bad it is and where to read on', () => {
  const anchors = new Set(
    [...runbooks.matchAll(/^## (\w+)$/gm)].map(([, title = '']) => title.toLowerCase()),
  );
  for (const { alert = '', annotations = {}, labels = {} } of alerts) {
    assert.ok((annotations.summary ?? '').length > 15, `${alert} has no summary`);
    assert.ok((annotations.description ?? '').length > 60, `${alert} is not described`);
    assert.ok(
      ['critical', 'warning', 'info'].includes(labels.severity ?? ''),
      `${alert}: ${labels.severity}`,
    );
    assert.ok(!('runbook_url' in annotations), `${alert}: a path of the repository is not a URL`);
    const [path, anchor = ''] = (annotations.runbook ?? '').split('#');
    assert.equal(path, RUNBOOKS_PATH);
    assert.ok(anchors.has(anchor), `${RUNBOOKS_PATH} has no section for ${alert}`);
  }
});

test('the runbooks have no section for an alert that is gone', () => {
  const names = new Set(ALERTS.map(({ alert }) => alert));
  for (const [, title = ''] of runbooks.matchAll(/^## (Caudal\w+)$/gm)) assert.ok(names.has(title), title);
});

test("the dashboards' guides name alerts that exist, so their sections do", () => {
  const names = new Set(ALERTS.map(({ alert }) => alert));
  const namedBy = (guide: string) => [...guide.matchAll(/Caudal[A-Z]\w+/g)].map(([name]) => name);
  assert.ok(namedBy(RUNBOOK_GUIDE).length >= 8);
  assert.ok(namedBy(ORDERS_GUIDE).length >= 5);
  assert.ok(namedBy(FILMS_GUIDE).length >= 5);
  for (const name of namedBy(RUNBOOK_GUIDE + ORDERS_GUIDE + FILMS_GUIDE)) assert.ok(names.has(name), name);
});

test('rules use metrics that exist', () => {
  for (const { expr } of rules) {
    assert.ok(metricNames(expr).length > 0, expr);
    for (const name of metricNames(expr))
      assert.ok(KNOWN_NAMES.has(name), `nothing exports ${name}: ${expr}`);
  }
});

test('every alert has a case in which it fires and one in which it is silent', () => {
  for (const { alert } of ALERTS) {
    const cases = ALERT_CASES.filter((one) => one.alert === alert);
    assert.ok(
      cases.some(({ fires }) => fires.length > 0),
      `nothing makes ${alert} fire`,
    );
    assert.ok(
      cases.some(({ fires }) => fires.length === 0),
      `${alert} is never seen silent`,
    );
  }
});
