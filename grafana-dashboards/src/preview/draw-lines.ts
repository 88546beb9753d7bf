import type { View } from '../model/resolve.ts';
import { type Box, createFrame, type Frame, label, svg, timeAxis } from './frame.ts';
import type { Mark, NamedSeries, PanelData } from './panel-data.ts';
import { type Roundness, ticks } from './scale.ts';
import { escapeText, namedColor, seriesColor, THEME } from './theme.ts';
import { formatValue } from './units.ts';

type Point = readonly [time: number, value: number];

const LEGEND_LINE = 16;
const LEGEND_ROWS = 5;

/** Lines over time with their legend, as SVG and HTML. */
export function drawLines(
  { panel, series }: PanelData,
  marks: readonly Mark[],
  box: Box,
  view: View,
): string {
  const defaults = panel.fieldConfig?.defaults ?? {};
  const { unit = 'short' } = defaults;
  const isStacked = defaults.custom?.stacking?.mode === 'normal';
  const hasSteps = defaults.custom?.lineInterpolation === 'stepAfter';
  const longest = Math.max(0, ...series.map(({ name }) => name.length));
  const fitting = Math.max(1, Math.floor(box.width / (longest * 7 + 170)));
  // Rather a name cut short than a line that is not named.
  const columns = Math.min(series.length, Math.max(fitting, Math.ceil(series.length / LEGEND_ROWS)), 3);
  const rows = Math.min(LEGEND_ROWS, Math.ceil(series.length / columns));
  const chart: Box = { width: box.width, height: box.height - rows * LEGEND_LINE };
  const frame = createFrame(chart, view.range);

  const curves = isStacked
    ? stack(series)
    : series.map(({ samples }) => samples.map(([time, value]) => [time, 0, value] as const));
  const values = curves.flatMap((curve) => curve.map(([, , value]) => value)).filter(Number.isFinite);
  const highest = Math.max(0, ...values);
  const scale = ticks(Math.min(0, ...values), highest, 4, roundnessOf(unit, highest));
  const [low = 0, high = 1] = [scale[0], scale.at(-1)];
  const y = (value: number): number =>
    frame.bottom - ((value - low) / (high - low || 1)) * (frame.bottom - frame.top);

  const grid = scale
    .filter((value) => defaults.decimals !== 0 || Number.isInteger(value))
    .map(
      (value) =>
        `<line x1="${frame.left}" x2="${frame.right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="${THEME.grid}"/>${label(frame.left - 6, y(value) + 4, formatValue(value, unit), 'end')}`,
    );
  const shapes = curves.map((curve, index) => {
    const color = seriesColor(index);
    return pieces(curve, view.stepSeconds)
      .map((piece) => {
        const upper = path(
          piece.map(([time, , value]) => [frame.x(time), y(value)]),
          hasSteps,
        );
        const lower = path(
          [...piece].reverse().map(([time, base]) => [frame.x(time), y(base)]),
          false,
        );
        const area = `<path d="M${upper} L${lower} Z" fill="${color}" fill-opacity="${isStacked ? 0.4 : 0.08}"/>`;
        const dot = piece.length === 1 ? ' stroke-linecap="round"' : '';
        return `${area}<path d="M${upper}${piece.length === 1 ? 'h0.01' : ''}" fill="none" stroke="${color}" stroke-width="${piece.length === 1 ? 4 : 1.5}"${dot}/>`;
      })
      .join('');
  });
  const content = [...grid, timeAxis(frame, view.range), ...shapes, drawMarks(marks, frame)].join('');
  return svg(chart, content) + legend(series, unit, columns, rows);
}

function roundnessOf(unit: string, highest: number): Roundness {
  if (unit === 'bytes') return 'binary';
  return unit === 's' && highest >= 240 ? 'time' : 'decimal';
}

/** Lines lie on each other: each begins where the one below ends. */
function stack(series: readonly NamedSeries[]): (readonly [number, number, number])[][] {
  const reached = new Map<number, number>();
  return series.map(({ samples }) =>
    samples.map(([time, value]) => {
      const base = reached.get(time) ?? 0;
      const top = base + (Number.isFinite(value) ? value : 0);
      reached.set(time, top);
      return [time, base, top] as const;
    }),
  );
}

/** A line is broken where samples are missing: nothing is drawn that was not measured. */
function pieces<P extends readonly [number, number, number]>(
  curve: readonly P[],
  stepSeconds: number,
): P[][] {
  const result: P[][] = [];
  let previous: number | undefined;
  for (const point of curve) {
    if (!Number.isFinite(point[2])) continue;
    const isNext = previous !== undefined && point[0] - previous <= stepSeconds * 1.5;
    if (isNext) result.at(-1)?.push(point);
    else result.push([point]);
    previous = point[0];
  }
  return result;
}

function path(points: readonly Point[], hasSteps: boolean): string {
  return points
    .map(([x, y], index) => {
      const to = `${x.toFixed(1)},${y.toFixed(1)}`;
      if (index === 0) return to;
      return hasSteps ? `H${x.toFixed(1)}V${y.toFixed(1)}` : `L${to}`;
    })
    .join('');
}

/** Dashed lines where something happened, with a triangle at the foot. */
function drawMarks(marks: readonly Mark[], frame: Frame): string {
  return marks
    .map(({ time, color }) => {
      const x = frame.x(time);
      const fill = namedColor(color);
      return `<line x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${frame.top}" y2="${frame.bottom}" stroke="${fill}" stroke-dasharray="4 3"/><path d="M${(x - 4).toFixed(1)},${frame.bottom + 5}h8l-4,-6z" fill="${fill}"/>`;
    })
    .join('');
}

/** Name, last value and highest value of each line; those that find no room are counted. */
function legend(series: readonly NamedSeries[], unit: string, columns: number, rows: number): string {
  const room = columns * rows;
  const shown = series.length > room ? series.slice(0, room - 1) : series;
  const cells = shown.map(({ name, samples }, index) => {
    const numbers = samples.map(([, value]) => value).filter((value) => !Number.isNaN(value));
    const last = numbers.at(-1) ?? Number.NaN;
    const max = numbers.length === 0 ? Number.NaN : Math.max(...numbers);
    return `<div><i style="background:${seriesColor(index)}"></i><span>${escapeText(name)}</span><b>${formatValue(last, unit)}</b><em>max ${formatValue(max, unit)}</em></div>`;
  });
  if (shown.length < series.length)
    cells.push(`<div><em>and ${series.length - shown.length} more</em></div>`);
  return `<div class="legend" style="grid-template-columns:repeat(${columns},1fr)">${cells.join('')}</div>`;
}
