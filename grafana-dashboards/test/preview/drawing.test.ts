import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GENERATED_DIRECTORY } from '../../src/generated-files.ts';
import { readDashboards } from '../../src/model/dashboard-json.ts';
import type { ResolvedPanel } from '../../src/model/resolve.ts';
import { colorOf, drawFigure } from '../../src/preview/draw-figure.ts';
import { bucketsOf } from '../../src/preview/draw-heat-map.ts';
import { drawLines } from '../../src/preview/draw-lines.ts';
import { runsOf } from '../../src/preview/draw-states.ts';
import { drawTable, tableOf } from '../../src/preview/draw-table.ts';
import { drawText } from '../../src/preview/draw-text.ts';
import { heroOf } from '../../src/preview/hero.ts';
import { legendOf, type NamedSeries } from '../../src/preview/panel-data.ts';

const view = { range: { from: 0, to: 100 }, stepSeconds: 10, scrapeSeconds: 5 };
const box = { width: 400, height: 200 };
const panel: ResolvedPanel = {
  id: 1,
  type: 'timeseries',
  title: 'Backlog',
  gridPos: { x: 0, y: 0, w: 8, h: 8 },
  targets: [],
  fieldConfig: { defaults: { unit: 'short' } },
};
const series = (name: string, samples: NamedSeries['samples']): NamedSeries => ({
  name,
  refId: 'A',
  labels: {},
  samples,
});
const pathsOf = (drawing: string): string[] => drawing.match(/<path d="M[^"]*" fill="none"/g) ?? [];

test('a line is not drawn over missing samples', () => {
  const whole = drawLines(
    {
      panel,
      series: [
        series('a', [
          [10, 1],
          [20, 2],
          [30, 3],
        ]),
      ],
    },
    [],
    box,
    view,
  );
  assert.equal(pathsOf(whole).length, 1);
  const broken = drawLines(
    {
      panel,
      series: [
        series('a', [
          [10, 1],
          [20, 2],
          [60, 3],
          [70, 3],
        ]),
      ],
    },
    [],
    box,
    view,
  );
  assert.equal(pathsOf(broken).length, 2);
  const notANumber = drawLines(
    {
      panel,
      series: [
        series('a', [
          [10, 1],
          [20, Number.NaN],
          [30, 3],
        ]),
      ],
    },
    [],
    box,
    view,
  );
  assert.equal(pathsOf(notANumber).length, 2);
});

test('names from labels cannot break the page', () => {
  const drawing = drawLines({ panel, series: [series('<script>', [[10, 1]])] }, [], box, view);
  assert.ok(drawing.includes('&lt;script&gt;') && !drawing.includes('<script>'));
});

test('lines that find no room in the legend are counted', () => {
  const many = Array.from({ length: 30 }, (_, index) => series(`line-${index}`, [[10, index]]));
  const drawing = drawLines({ panel, series: many }, [], box, view);
  assert.match(drawing, /and 16 more/);
  assert.equal(drawing.match(/<span>line-/g)?.length, 14);
});

test('cumulative buckets become counts of their own, in the order of their bounds', () => {
  const bucket = (le: string, count: number) => ({ labels: { le }, samples: [[10, count]] as const });
  const buckets = bucketsOf([bucket('+Inf', 10), bucket('0.1', 4), bucket('0.5', 9)]);
  assert.deepEqual(
    buckets.map(({ upperBound, counts }) => [upperBound, counts.get(10)]),
    [
      [0.1, 4],
      [0.5, 5],
      [Number.POSITIVE_INFINITY, 1],
    ],
  );
});

test('states are stretches; a gap ends one', () => {
  const samples = [
    [10, 0],
    [20, 0],
    [30, 1],
    [60, 1],
  ] as const;
  assert.deepEqual(runsOf(samples, 10), [
    { from: 10, to: 30, value: 0 },
    { from: 30, to: 40, value: 1 },
    { from: 60, to: 70, value: 1 },
  ]);
});

const cell = (refId: string, labels: Readonly<Record<string, string>>, value: number): NamedSeries => ({
  name: refId,
  refId,
  labels,
  samples: [[100, value]],
});

test('a matrix has accepted first, then lanes, then differences; the busiest row first; what is not there stays empty', () => {
  const matrix: ResolvedPanel = {
    ...panel,
    transformations: [{ id: 'groupingToMatrix', options: { rowField: 'country', columnField: 'column' } }],
  };
  const cells = [
    cell('A', { country: 'ES', column: 'difference x' }, -1),
    cell('A', { country: 'ES', column: 'x' }, 2),
    cell('A', { country: 'ES', column: 'accepted' }, 3),
    cell('A', { country: 'FR', column: 'accepted' }, 5),
  ];
  assert.deepEqual(tableOf({ panel: matrix, series: cells }), {
    of: 'country',
    columns: ['accepted', 'x', 'difference x'],
    rows: [
      { name: 'FR', values: [5, undefined, undefined] },
      { name: 'ES', values: [3, 2, -1] },
    ],
  });
});

test('a joined table has a column for each query under its legend, each in its own unit', () => {
  const joined: ResolvedPanel = {
    ...panel,
    targets: ['CPU', 'memory'].map((legendFormat, index) => ({
      refId: 'AB'[index] ?? '',
      expr: '',
      legendFormat,
      instant: true,
    })),
    fieldConfig: {
      defaults: { unit: 'short' },
      overrides: [
        { matcher: { id: 'byName', options: 'memory' }, properties: [{ id: 'unit', value: 'bytes' }] },
      ],
    },
    transformations: [{ id: 'joinByField', options: { byField: 'pod' } }],
  };
  const cells = [cell('A', { pod: 'a' }, 1), cell('A', { pod: 'b' }, 2), cell('B', { pod: 'a' }, 1_024)];
  const table = tableOf({ panel: joined, series: cells });
  assert.deepEqual(table.columns, ['CPU', 'memory']);
  assert.deepEqual(table.rows, [
    { name: 'b', values: [2, undefined] },
    { name: 'a', values: [1, 1_024] },
  ]);
  assert.match(drawTable({ panel: joined, series: cells }, 200), /<td>1<\/td><td>1 KiB<\/td>/);
});

test('lines have the colour, width and dash of the last override that matches their name', () => {
  const override = (
    options: string,
    color: string,
    more: readonly { id: string; value: unknown }[] = [],
  ) => ({
    matcher: { id: 'byRegexp', options },
    properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }, ...more],
  });
  const drawing = drawLines(
    {
      panel: {
        ...panel,
        fieldConfig: {
          defaults: { unit: 'short', color: { mode: 'shades', fixedColor: 'text' } },
          overrides: [
            override('/KAFKA/i', '#111111'),
            override('/^p99/', '#222222', [
              { id: 'custom.lineWidth', value: 2 },
              { id: 'custom.lineStyle', value: { fill: 'dash' } },
            ]),
          ],
        },
      },
      series: ['kafka', 'p99 kafka', 'other'].map((name) =>
        series(name, [
          [10, 1],
          [20, 2],
        ]),
      ),
    },
    [],
    box,
    view,
  );
  const strokes = [
    ...drawing.matchAll(/stroke="(#\w+|var[^"]*|color-mix[^"]*)" stroke-width="([\d.]+)"( stroke-dash)?/g),
  ];
  assert.deepEqual(
    strokes.map(([, color, width, dash]) => [color, width, dash !== undefined]),
    [
      ['#111111', '1.5', false],
      ['#222222', '2.5', true],
      ['color-mix(in srgb,var(--text),var(--text) 50%)', '1.5', false],
    ],
  );
});

test('lines of one stack lie on each other, those of another one do not', () => {
  const stacked = (group: string) => ({
    matcher: { id: 'byRegexp', options: `/${group}/` },
    properties: [{ id: 'custom.stacking', value: { mode: 'normal', group } }],
  });
  const drawing = drawLines(
    {
      panel: {
        ...panel,
        fieldConfig: { defaults: { unit: 'short' }, overrides: [stacked('a'), stacked('b')] },
      },
      series: [series('a 1', [[10, 60]]), series('b 1', [[10, 80]]), series('a 2', [[10, 40]])],
    },
    [],
    box,
    view,
  );
  const heights = pathsOf(drawing).map((path) => Number(/,([\d.]+)h/.exec(path)?.[1]));
  const [first = 0, second = 0, third = 0] = heights;
  assert.ok(third < second && second < first, `60, 80 and 60 + 40 = 100: ${heights}`);
});

test('on a scale of powers of two, doubling is the same distance everywhere', () => {
  const drawing = drawLines(
    {
      panel: {
        ...panel,
        fieldConfig: { defaults: { unit: 's', custom: { scaleDistribution: { type: 'log', log: 2 } } } },
      },
      series: [0.5, 1, 2, 4].map((value) => series(String(value), [[10, value]])),
    },
    [],
    box,
    view,
  );
  const heights = pathsOf(drawing).map((path) => Number(/,([\d.]+)h/.exec(path)?.[1]));
  const steps = heights.slice(1).map((height, index) => (heights[index] ?? 0) - height);
  for (const step of steps) assert.ok(Math.abs(step - (steps[0] ?? 0)) < 0.2 && step > 10, String(heights));
});

test('on a scale from 0, everything up to 1 has even steps and doubling has them from there on', () => {
  const custom = { scaleDistribution: { type: 'symlog', log: 2 } };
  const drawing = drawLines(
    {
      panel: { ...panel, fieldConfig: { defaults: { unit: 's', custom } } },
      series: [0, 1, 2, 4].map((value) => series(String(value), [[10, value]])),
    },
    [],
    box,
    view,
  );
  const heights = pathsOf(drawing).map((path) => Number(/,([\d.]+)h/.exec(path)?.[1]));
  const steps = heights.slice(1).map((height, index) => (heights[index] ?? 0) - height);
  for (const step of steps) assert.ok(Math.abs(step - (steps[0] ?? 0)) < 0.2 && step > 10, String(heights));
});

test('a small value does not fill an axis that reaches further', () => {
  const heightWith = (axisSoftMax: number) => {
    const drawing = drawLines(
      {
        panel: { ...panel, fieldConfig: { defaults: { unit: 'short', custom: { axisSoftMax } } } },
        series: [series('a', [[10, 10]])],
      },
      [],
      box,
      view,
    );
    return Number(/,([\d.]+)h/.exec(pathsOf(drawing)[0] ?? '')?.[1]);
  };
  assert.ok(heightWith(100) > heightWith(0) + 50);
});

test('a text panel shows its table and nothing that breaks the page', () => {
  const drawn = drawText('Do `not` <b>.\n\n| a | b |\n| --- | --- |\n| 1 | 2 |');
  assert.match(drawn, /<code>not<\/code> &lt;b&gt;/);
  assert.match(drawn, /<tr><th>a<\/th><th>b<\/th><\/tr><tr><td>1<\/td><td>2<\/td><\/tr>/);
});

test('the hero picture has its panels in places of their own, and misses none', () => {
  const json = readDashboards(GENERATED_DIRECTORY).get('pipeline');
  assert.ok(json);
  const panels = json.panels.flatMap((one) =>
    (one.repeat === undefined ? [one.title] : ['a', 'b'].map((lane) => one.title.replace('$lane', lane))).map(
      (title) => ({ panel: { ...one, title, targets: [] }, series: [] }),
    ),
  );
  const dashboard = { json, panels: [], annotations: [], chosen: [] };
  const hero = heroOf({ dashboard, panels, marks: [] });
  const taken = hero.panels.map(({ panel: { gridPos } }) => `${gridPos.x},${gridPos.y}`);
  assert.equal(new Set(taken).size, 9);
  assert.equal(hero.panels.length, 9);
  assert.throws(() => heroOf({ dashboard, panels: panels.slice(3), marks: [] }), /no panel "Verdict"/);
});

test('a figure takes the colour of the threshold it has reached, and says when there is none', () => {
  const steps = [
    { value: null, color: 'orange' },
    { value: 0, color: 'green' },
    { value: 1, color: 'red' },
  ];
  const color = (value: number) => colorOf(value, { thresholds: { steps } });
  assert.deepEqual([color(-1), color(0), color(1)], ['var(--orange)', 'var(--green)', 'var(--red)']);
  const empty: ResolvedPanel = { ...panel, fieldConfig: { defaults: { noValue: 'no data' } } };
  assert.match(drawFigure({ panel: empty, series: [] }, box, view), /no data/);
});

test('a legend takes what it needs from the labels', () => {
  assert.equal(
    legendOf('{{route}} {{ status }}{{none}}', { route: '/messages', status: '202' }),
    '/messages 202',
  );
});
