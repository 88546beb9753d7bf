import { HUES, ownerOf } from '@caudal/common/palette';

/** One line of a chart; null points are gaps. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number | null])[];
}

/** A chart over time. */
export interface Chart {
  readonly title: string;
  /** Written at the top of the y axis. */
  readonly unit: string;
  readonly series: readonly Series[];
}

const WIDTH = 760;
const HEIGHT = 240;
const PLOT = { left: 64, right: 16, top: 44, bottom: 32 };
/** Names of the series, beside the title; the step is smaller where they would not fit. */
const LEGEND = { left: PLOT.left + 200, step: 150 };
/** Darker shades, readable on white; a broker's second lane takes the next one. */
const SHADES = ['dark', 'mid', 'light'] as const;

/** Draws charts stacked in one SVG document, x in seconds. */
export function renderCharts(charts: readonly Chart[]): string {
  const height = HEIGHT * charts.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...charts.map((chart, index) => renderChart(chart, index * HEIGHT)),
    '</svg>',
    '',
  ].join('\n');
}

function renderChart({ title, unit, series }: Chart, top: number): string {
  const xs = series.flatMap(({ points }) => points.map(([x]) => x));
  const ys = series.flatMap(({ points }) => points.flatMap(([, y]) => (y === null ? [] : [y])));
  const xTicks = ticks(Math.max(1, ...xs), 8);
  const yTicks = ticks(Math.max(0, ...ys) || 1, 4);
  const xMax = xTicks.at(-1) ?? 1;
  const yMax = yTicks.at(-1) ?? 1;
  const x = (value: number): number => round(PLOT.left + (value / xMax) * (WIDTH - PLOT.left - PLOT.right));
  const y = (value: number): number =>
    round(HEIGHT - PLOT.bottom - (value / yMax) * (HEIGHT - PLOT.top - PLOT.bottom));
  const text = (tx: number, ty: number, content: string, more = ''): string =>
    `<text x="${tx}" y="${ty}" fill="#444" ${more}>${escapeXml(content)}</text>`;
  return [
    `<g transform="translate(0 ${top})">`,
    text(PLOT.left, 18, title, 'font-weight="600"'),
    text(4, PLOT.top - 10, unit),
    ...yTicks.map(
      (tick) =>
        `<line x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${y(tick)}" y2="${y(tick)}" stroke="#ddd"/>` +
        text(PLOT.left - 6, y(tick) + 4, formatTick(tick), 'text-anchor="end"'),
    ),
    ...xTicks.map((tick) => text(x(tick), HEIGHT - 12, `${formatTick(tick)} s`, 'text-anchor="middle"')),
    ...series.flatMap(({ name, points }, index) => {
      const colour = colourOf(
        name,
        series.slice(0, index).map((one) => one.name),
      );
      const legendX = LEGEND.left + index * Math.min(LEGEND.step, (WIDTH - LEGEND.left) / series.length);
      return [
        `<path d="${path(points, x, y)}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round" stroke-linecap="round"/>`,
        `<rect x="${legendX}" y="8" width="12" height="12" fill="${colour}"/>${text(legendX + 18, 18, name)}`,
      ];
    }),
    '</g>',
  ].join('\n');
}

function path(points: Series['points'], x: (value: number) => number, y: (value: number) => number): string {
  const parts: string[] = [];
  let pen = 'M';
  for (const [time, value] of points) {
    if (value === null) {
      pen = 'M';
      continue;
    }
    parts.push(`${pen}${x(time)} ${y(value)}`);
    // A point between two gaps is drawn as a dot.
    if (pen === 'M') parts.push('h0');
    pen = 'L';
  }
  return parts.join('');
}

/** Returns round values from 0 to at least `max`, in about `steps` steps. */
export function ticks(max: number, steps: number): number[] {
  const rough = max / steps;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10) * magnitude;
  return Array.from({ length: Math.ceil(max / step - 1e-9) + 1 }, (_, index) =>
    Number((index * step).toPrecision(6)),
  );
}

function formatTick(value: number): string {
  return value >= 10_000 ? `${value / 1_000}k` : String(value);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The lane's hue on the dashboards; a hue's next lane takes its next shade. */
function colourOf(name: string, before: readonly string[]): string {
  const owner = ownerOf(name);
  const nth = before.filter((one) => ownerOf(one) === owner).length;
  return HUES[owner][SHADES[nth % SHADES.length] ?? 'dark'];
}
