import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GENERATED_DIRECTORY } from '../src/generated-files.ts';
import { type DashboardJson, type PanelJson, readDashboards } from '../src/model/dashboard-json.ts';
import { KNOWN_NAMES, metricNames } from './support/metric-names.ts';

const dashboards = readDashboards(GENERATED_DIRECTORY);
const panelsOf = ({ panels }: DashboardJson): PanelJson[] =>
  panels.filter(({ type }) => type !== 'row' && type !== 'text');
const expressionsOf = (dashboard: DashboardJson): string[] => [
  ...panelsOf(dashboard).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.annotations.list.map(({ expr }) => expr),
];

test('there are six dashboards with the panels they are meant to have', () => {
  const counts = Object.fromEntries([...dashboards].map(([name, json]) => [name, panelsOf(json).length]));
  assert.deepEqual(counts, {
    'brokers-and-stores': 23,
    films: 12,
    lanes: 11,
    'node-runtime': 8,
    orders: 16,
    pipeline: 16,
  });
});

for (const [name, json] of dashboards) {
  test(`${name} is a classic dashboard with a uid that stays`, () => {
    assert.ok(json.schemaVersion >= 40 && json.schemaVersion <= 42, `schemaVersion ${json.schemaVersion}`);
    assert.ok(!('elements' in json) && !('spec' in json), 'Grafana provisions the classic model only');
    assert.ok(!('id' in json), 'an id of another Grafana overwrites a stranger');
    assert.equal(json.uid, `caudal-${name}`);
    assert.ok(json.title.startsWith('Caudal / ') && json.description.length > 20);
    const ids = json.panels.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length, 'panel ids are unique');
  });

  test(`${name}: every panel has a unit, a description, a data source variable and a query`, () => {
    const titles = panelsOf(json).map(({ title }) => title);
    assert.equal(new Set(titles).size, titles.length, `titles are unique: ${titles.join(', ')}`);
    for (const panel of panelsOf(json)) {
      assert.ok(panel.fieldConfig?.defaults.unit, `${panel.title} has no unit`);
      assert.ok((panel.description ?? '').length > 20, `${panel.title} is not described`);
      assert.ok((panel.targets ?? []).length > 0, `${panel.title} asks nothing`);
      assert.deepEqual(Reflect.get(panel, 'datasource'), { type: 'prometheus', uid: '$datasource' });
      for (const { legendFormat } of panel.targets ?? [])
        assert.ok(legendFormat, `${panel.title} has no legend`);
    }
  });

  test(`${name} uses metrics that exist and variables that it has`, () => {
    const variables = new Set([
      '__interval',
      '__rate_interval',
      '__range',
      ...json.templating.list.map((one) => one.name),
    ]);
    for (const expr of expressionsOf(json)) {
      const names = metricNames(expr);
      for (const metric of names) assert.ok(KNOWN_NAMES.has(metric), `nothing exports ${metric}: ${expr}`);
      for (const [, variable = ''] of expr.matchAll(/\$(\w+)/g)) {
        assert.ok(variables.has(variable), `there is no variable ${variable}: ${expr}`);
      }
    }
  });

  test(`${name}: every query keeps to the release, and every rate to the window Grafana computes`, () => {
    for (const expr of expressionsOf(json)) {
      const selectors = [...expr.matchAll(/\{([^}]*)\}/g)].map(([, matchers = '']) => matchers);
      assert.equal(selectors.length, metricNames(expr).length, `a series without a selector: ${expr}`);
      for (const matchers of selectors) {
        assert.match(matchers, /namespace=~"\$namespace", release=~"\$release"/, expr);
      }
      for (const [, window] of expr.matchAll(/\b(?:rate|increase)\([^[]*\[([^\]]*)\]/g)) {
        assert.equal(window, '$__rate_interval', expr);
      }
    }
  });

  test(`${name}: no query is too long to be read or sent`, () => {
    for (const expr of expressionsOf(json)) assert.ok(expr.length < 8_000, `${expr.length}: ${expr}`);
  });

  test(`${name}: parentheses, braces and brackets close`, () => {
    for (const expr of expressionsOf(json)) assert.equal(unclosed(expr), '', expr);
  });

  test(`${name}: panels lie in the grid and not on each other`, () => {
    const taken = new Set<string>();
    for (const { title, gridPos } of json.panels) {
      assert.ok(gridPos.x + gridPos.w <= 24, `${title} is too wide`);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          assert.ok(!taken.has(`${x},${y}`), `${title} lies on another panel`);
          taken.add(`${x},${y}`);
        }
      }
    }
  });

  test(`${name}: a panel that repeats has the row to itself`, () => {
    for (const { title, repeat, gridPos } of panelsOf(json)) {
      if (repeat !== undefined) assert.equal(gridPos.w, 24, title);
      assert.equal(title.includes('$'), repeat !== undefined, `${title}: the title says of which one`);
    }
  });
}

/** What is left open, or closed without having been opened. */
function unclosed(expr: string): string {
  const closing = new Map([
    [')', '('],
    ['}', '{'],
    [']', '['],
  ]);
  const open: string[] = [];
  for (const character of expr.replaceAll(/"[^"]*"/g, '')) {
    if ('({['.includes(character)) open.push(character);
    else if (closing.has(character) && open.pop() !== closing.get(character)) return character;
  }
  return open.join('');
}
