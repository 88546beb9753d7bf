import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BROKER_NAMES } from '@caudal/common/messaging';
import { HUES, MARK, NEUTRAL, type Owner, ownerOf, STATES } from '@caudal/common/palette';
import { STORE_NAMES } from '@caudal/common/stores';
import { GENERATED_DIRECTORY } from '../src/generated-files.ts';
import { type DashboardJson, type PanelJson, readDashboards } from '../src/model/dashboard-json.ts';
import { fieldConfigOf } from '../src/model/field-config.ts';
import { legendOf } from '../src/preview/panel-data.ts';

/*
 * Every series that a panel can show, by names its labels can have, is drawn in the colour of its meaning: hue for its
 * owner; green, orange and red for state alone.
 */

const dashboards = readDashboards(GENERATED_DIRECTORY);
const panelsOf = ({ panels }: DashboardJson): PanelJson[] =>
  panels.filter(({ type }) => type !== 'row' && type !== 'text');

/** Every broker with every store. */
const LANES = BROKER_NAMES.flatMap((broker) => STORE_NAMES.map((store) => `${broker}-${store}`));
const UNKNOWN_LANE = 'nats-dynamo';

/** Label sets as they come: of a lane and its consumers, of a broker, of a store, of ingest. */
const LABELS: readonly Readonly<Record<string, string>>[] = [
  ...[...LANES, UNKNOWN_LANE].flatMap((lane) =>
    ['caudal-consumer-1', '10.0.0.7'].map((pod) => ({
      lane,
      component: `${lane}-consumer`,
      pod,
      country: 'ES',
      broker: lane.replace(/-.*/, ''),
      store: lane.replace(/.*-/, ''),
      queue: 'message',
      le: '0.1',
      rabbitmq_node: 'rabbit@rabbitmq-0',
    })),
  ),
  ...['202', '400', '503'].map((status) => ({ component: 'ingest', pod: 'i-1', route: '/messages', status })),
  ...['accepted', 'refused', 'unconfirmed'].map((outcome) => ({ outcome })),
  { component: 'console', pod: 'c-1', column: 'accepted', verdict: 'EXACT' },
];

const isState = (color: string): boolean => (Object.values(STATES) as string[]).includes(color);

/** Whose colour it is. */
function meaningOf(color: string): Owner | 'state' | 'none' {
  if (isState(color)) return 'state';
  if (color === NEUTRAL) return 'neutral';
  const [owner] =
    Object.entries(HUES).find(([, hue]) => (Object.values(hue) as string[]).includes(color)) ?? [];
  return (owner as Owner | undefined) ?? 'none';
}

/** Names whose meaning is a state or a limit. */
const STATE_NAMES =
  /^(?:refused|unconfirmed|limit|parked|tried again|unknown)$| (?:4|5)\d\d$|^(?:EXACT|IN FLIGHT|UNCERTAIN|DRIFT)$/;

for (const [name, json] of dashboards) {
  test(`${name}: every series has the colour of its owner, and no other`, () => {
    for (const panel of panelsOf(json)) {
      if (panel.type === 'heatmap' || panel.type === 'table' || panel.type === 'state-timeline') continue;
      for (const { legendFormat } of panel.targets ?? []) {
        for (const labels of LABELS) {
          // Only sets that have every label the legend asks for.
          const wanted = [...legendFormat.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label = '']) => label);
          if (wanted.some((label) => labels[label] === undefined)) continue;
          checkSeries(panel, legendOf(legendFormat, labels));
        }
      }
    }
  });

  test(`${name}: thresholds and words of state are green, orange, red or neutral`, () => {
    for (const { title, fieldConfig } of panelsOf(json)) {
      const { mappings = [], thresholds } = fieldConfig?.defaults ?? {};
      const colors = [
        ...(thresholds?.steps ?? []).map(({ color }) => color),
        ...mappings.flatMap(({ options }) => Object.values(options).map(({ color }) => color)),
      ];
      for (const color of colors) {
        assert.ok(['state', 'neutral'].includes(meaningOf(color)), `${title}: ${color}`);
      }
    }
  });

  test(`${name}: no colour is from outside the palette`, () => {
    for (const { title, fieldConfig } of panelsOf(json)) {
      const text = JSON.stringify(fieldConfig);
      for (const [, color = ''] of text.matchAll(/"(?:fixedColor|color)":"([^"]*)"/g)) {
        assert.notEqual(meaningOf(color), 'none', `${title}: ${color}`);
      }
      for (const [, mode = ''] of text.matchAll(/"color":\{"mode":"([^"]*)"/g)) {
        assert.ok(['fixed', 'shades', 'thresholds'].includes(mode), `${title}: ${mode}`);
      }
    }
  });

  test(`${name}: marks are neutral, and their text says which way`, () => {
    for (const { iconColor, titleFormat } of json.annotations.list) {
      assert.equal(iconColor, MARK, titleFormat);
      assert.match(titleFormat, /^[▲▼] /u);
    }
  });
}

function checkSeries({ title, fieldConfig, type }: PanelJson, name: string): void {
  const { color, thresholds } = fieldConfigOf(fieldConfig, name);
  const where = `${title}: "${name}" is ${JSON.stringify(color)}`;
  assert.ok(color, `${title}: "${name}" has no colour, so it gets Grafana's palette`);
  if (color.mode === 'thresholds') {
    assert.ok(type === 'stat' || type === 'status-history', where);
    assert.ok(thresholds, where);
    return;
  }
  assert.ok(color.mode === 'fixed' || color.mode === 'shades', where);
  const meaning = meaningOf(color.fixedColor ?? '');
  if (STATE_NAMES.test(name)) assert.ok(meaning === 'state' || meaning === 'neutral', where);
  else assert.equal(meaning, ownerOf(title.startsWith('RabbitMQ') ? 'rabbitmq' : name), where);
}

test('lanes of all brokers and stores lie on their own lines where lines are stacked, each with a colour', () => {
  const stacked = [...dashboards.values()]
    .flatMap(panelsOf)
    .filter(({ fieldConfig }) =>
      [fieldConfig?.defaults ?? {}, fieldConfigOf(fieldConfig, 'kafka-redis waiting')].some(
        ({ custom }) => (custom?.stacking as { mode?: string } | undefined)?.mode === 'normal',
      ),
    )
    .filter(({ targets = [] }) => targets.some(({ legendFormat }) => legendFormat.includes('{{lane}}')));
  assert.ok(stacked.length > 0);
  for (const { title, fieldConfig } of stacked) {
    const shown = LANES.map((lane) => {
      const { custom, color } = fieldConfigOf(fieldConfig, `${lane} waiting`);
      return { group: (custom?.stacking as { group?: string } | undefined)?.group, color: color?.fixedColor };
    });
    assert.equal(new Set(shown.map(({ group }) => group)).size, LANES.length, title);
    assert.equal(new Set(shown.map(({ color }) => color)).size, LANES.length, title);
  }
});

test('a name belongs to one lane at most, by its store first', () => {
  const owners = Object.fromEntries(
    [
      'rabbitmq-valkey',
      'kafka-redis',
      'rabbitmq-redis',
      'kafka-valkey',
      'kafka-postgresql',
      'rabbitmq-ignite',
      UNKNOWN_LANE,
      'kafka-consumer',
      'Valkey',
      'redis',
      'RabbitMQ',
      'ingest',
      'p99',
    ].map((name) => [name, ownerOf(name)]),
  );
  assert.deepEqual(owners, {
    'rabbitmq-valkey': 'valkey',
    'kafka-redis': 'redis',
    'rabbitmq-redis': 'redis',
    'kafka-valkey': 'valkey',
    'kafka-postgresql': 'postgresql',
    'rabbitmq-ignite': 'ignite',
    [UNKNOWN_LANE]: 'neutral',
    'kafka-consumer': 'redis',
    Valkey: 'valkey',
    redis: 'redis',
    RabbitMQ: 'valkey',
    ingest: 'neutral',
    p99: 'neutral',
  });
});
