import type { CustomJson, FieldDefaultsJson } from '../model/dashboard-json.ts';
import { fieldConfigOf } from '../model/field-config.ts';
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
  const { unit = 'short', custom = {} } = defaults;
  if (series.length === 0) {
    const text = defaults.noValue ?? 'no data';
    return svg(box, label(box.width / 2, box.height / 2, text, 'middle'));
  }
  const fields = series.map(({ name }) => fieldConfigOf(panel.fieldConfig, name));
  const colors = fields.map((field, index) => seriesColor(field, index));
  const longest = Math.max(0, ...series.map(({ name }) => name.length));
  const fitting = Math.max(1, Math.floor(box.width / (longest * 7 + 170)));
  // Prefer a truncated name to a line without a name.
  const columns = Math.min(series.length, Math.max(fitting, Math.ceil(series.length / LEGEND_ROWS)), 3);
  const rows = Math.min(LEGEND_ROWS, Math.ceil(series.length / columns));
  const chart: Box = { width: box.width, height: box.height - rows * LEGEND_LINE };
  const frame = createFrame(chart, view.range);

  const curves = stack(series, fields);
  const values = curves.flatMap((curve) => curve.map(([, , value]) => value)).filter(Number.isFinite);
  const scale = scaleOf(custom, values, unit);
  const y = (value: number): number => frame.bottom - scale.share(value) * (frame.bottom - frame.top);

  const grid = scale.ticks
    .filter((value) => defaults.decimals !== 0 || Number.isInteger(value))
    .map(
      (value) =>
        `<line x1="${frame.left}" x2="${frame.right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="${THEME.grid}"/>${label(frame.left - 6, y(value) + 4, formatValue(value, unit), 'end')}`,
    );
  const shapes = curves.map((curve, index) => {
    const color = colors[index] ?? THEME.text;
    const { lineInterpolation, lineStyle, lineWidth = 1, fillOpacity = 0 } = fields[index]?.custom ?? {};
    const hasSteps = lineInterpolation === 'stepAfter';
    const dash = lineStyle?.fill === 'dash' ? ' stroke-dasharray="8 6"' : '';
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
        const isDot = piece.length === 1;
        const area =
          fillOpacity > 0
            ? `<path d="M${upper} L${lower} Z" fill="${color}" fill-opacity="${fillOpacity / 100}"/>`
            : '';
        return `${area}<path d="M${upper}${isDot ? 'h0.01' : ''}" fill="none" stroke="${color}" stroke-width="${isDot ? 4 : lineWidth + 0.5}"${isDot ? ' stroke-linecap="round"' : dash}/>`;
      })
      .join('');
  });
  const content = [...grid, timeAxis(frame, view.range), ...shapes, drawMarks(marks, frame)].join('');
  return svg(chart, content) + legend(series, colors, unit, columns, rows);
}

function roundnessOf(unit: string, highest: number): Roundness {
  if (unit === 'bytes') return 'binary';
  return unit === 's' && highest >= 240 ? 'time' : 'decimal';
}

interface Scale {
  readonly ticks: readonly number[];
  /** 0 at the foot of the chart, 1 at its top. */
  share(value: number): number;
}

function linearScale(values: readonly number[], softMax: number, unit: string): Scale {
  const highest = Math.max(0, softMax, ...values);
  const steps = ticks(Math.min(0, ...values), highest, 4, roundnessOf(unit, highest));
  const [low = 0, high = 1] = [steps[0], steps.at(-1)];
  return { ticks: steps, share: (value) => (value - low) / (high - low || 1) };
}

/** Up to 1 even steps, from there on powers of two. */
function symlogScale(values: readonly number[], softMax: number): Scale {
  const power = Math.max(1, Math.ceil(Math.log2(Math.max(2, softMax, ...values))));
  const every = Math.ceil((power + 1) / 6);
  const powers = Array.from({ length: Math.floor(power / every) + 1 }, (_, index) => index * every);
  return {
    ticks: [0, ...powers.map((one) => 2 ** one)],
    share: (value) => (value <= 1 ? value : Math.log2(value) + 1) / (power + 1),
  };
}

function scaleOf(
  { scaleDistribution, axisSoftMax = 0 }: CustomJson,
  values: readonly number[],
  unit: string,
): Scale {
  const { type } = scaleDistribution ?? {};
  if (type === 'log') return logScale(values);
  return type === 'symlog' ? symlogScale(values, axisSoftMax) : linearScale(values, axisSoftMax, unit);
}

/** Powers of two; what is not above 0 has no place on it and lies at its foot. */
function logScale(values: readonly number[]): Scale {
  const positive = values.filter((value) => value > 0);
  const low = Math.floor(Math.log2(Math.min(...positive, 1)));
  const high = Math.max(low + 1, Math.ceil(Math.log2(Math.max(...positive, 2 ** (low + 1)))));
  const every = Math.ceil((high - low) / 6);
  const powers = Array.from(
    { length: Math.floor((high - low) / every) + 1 },
    (_, index) => low + index * every,
  );
  return {
    ticks: powers.map((power) => 2 ** power),
    share: (value) => (value > 0 ? (Math.log2(value) - low) / (high - low) : 0),
  };
}

/** Lines of one stack lie on each other: each begins where the one below ends. The others begin at 0. */
function stack(
  series: readonly NamedSeries[],
  fields: readonly FieldDefaultsJson[],
): (readonly [number, number, number])[][] {
  const reached = new Map<string, number>();
  return series.map(({ samples }, index) => {
    const { mode = 'none', group = '' } = fields[index]?.custom?.stacking ?? {};
    if (mode !== 'normal') return samples.map(([time, value]) => [time, 0, value] as const);
    return samples.map(([time, value]) => {
      const base = reached.get(`${group} ${time}`) ?? 0;
      const top = base + (Number.isFinite(value) ? value : 0);
      reached.set(`${group} ${time}`, top);
      return [time, base, top] as const;
    });
  });
}

/** Breaks a line where samples are missing, so that only measured values are drawn. */
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

/** Dashed lines where something changed, with a triangle at the foot that points up or down. */
function drawMarks(marks: readonly Mark[], frame: Frame): string {
  return marks
    .map(({ time, color, text }) => {
      const x = frame.x(time);
      const fill = namedColor(color);
      const foot = frame.bottom;
      const triangle = text.startsWith('▼')
        ? `M${(x - 4).toFixed(1)},${foot - 1}h8l-4,6z`
        : `M${(x - 4).toFixed(1)},${foot + 5}h8l-4,-6z`;
      return `<line x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${frame.top}" y2="${frame.bottom}" stroke="${fill}" stroke-dasharray="4 3"/><path d="${triangle}" fill="${fill}"/>`;
    })
    .join('');
}

/** Name, last value and highest value of each line; those that find no room are counted. */
function legend(
  series: readonly NamedSeries[],
  colors: readonly string[],
  unit: string,
  columns: number,
  rows: number,
): string {
  const room = columns * rows;
  const shown = series.length > room ? series.slice(0, room - 1) : series;
  const cells = shown.map(({ name, samples }, index) => {
    const numbers = samples.map(([, value]) => value).filter((value) => !Number.isNaN(value));
    const last = numbers.at(-1) ?? Number.NaN;
    const max = numbers.length === 0 ? Number.NaN : Math.max(...numbers);
    return `<div><i style="background:${colors[index]}"></i><span>${escapeText(name)}</span><b>${formatValue(last, unit)}</b><em>max ${formatValue(max, unit)}</em></div>`;
  });
  if (shown.length < series.length)
    cells.push(`<div><em>and ${series.length - shown.length} more</em></div>`);
  return `<div class="legend" style="grid-template-columns:repeat(${columns},1fr)">${cells.join('')}</div>`;
}
