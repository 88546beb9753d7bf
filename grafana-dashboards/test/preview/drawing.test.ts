import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResolvedPanel } from '../../src/model/resolve.ts';
import { colorOf, drawFigure } from '../../src/preview/draw-figure.ts';
import { bucketsOf } from '../../src/preview/draw-heat-map.ts';
import { drawLines } from '../../src/preview/draw-lines.ts';
import { runsOf } from '../../src/preview/draw-states.ts';
import { joinByCountry } from '../../src/preview/draw-table.ts';
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

test('rows are joined by country, the busiest first; what is not there stays empty', () => {
  const cell = (refId: string, country: string, value: number): NamedSeries => ({
    name: refId,
    refId,
    labels: { country },
    samples: [[100, value]],
  });
  assert.deepEqual(joinByCountry([cell('A', 'ES', 3), cell('A', 'FR', 5), cell('B', 'ES', 2)], ['A', 'B']), [
    { country: 'FR', values: [5, undefined] },
    { country: 'ES', values: [3, 2] },
  ]);
});

test('a figure takes the colour of the threshold it has reached, and says when there is none', () => {
  const steps = [
    { value: null, color: 'orange' },
    { value: 0, color: 'green' },
    { value: 1, color: 'red' },
  ];
  const color = (value: number) => colorOf(value, { thresholds: { steps } });
  assert.deepEqual([color(-1), color(0), color(1)], ['#ff9830', '#73bf69', '#f2495c']);
  const empty: ResolvedPanel = { ...panel, fieldConfig: { defaults: { noValue: 'no data' } } };
  assert.match(drawFigure({ panel: empty, series: [] }), /no data/);
});

test('a legend takes what it needs from the labels', () => {
  assert.equal(
    legendOf('{{route}} {{ status }}{{none}}', { route: '/messages', status: '202' }),
    '/messages 202',
  );
});
