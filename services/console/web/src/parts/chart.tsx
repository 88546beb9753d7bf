import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { exactTimeOfDay, timeOfDay } from '../model/format.ts';
import type { ScaleMark } from '../state/history.ts';

/** A line of a chart. */
export interface Line {
  readonly name: string;
  /** Undefined: no lane. */
  readonly hue: { readonly light: string; readonly mid: string; readonly dark: string } | undefined;
  /** Lengths of dashes and gaps in pixels; none: solid. Hue is never the only difference. */
  readonly dash: readonly number[];
  readonly values: readonly (number | null)[];
}

/** A chart over time. */
export interface ChartProps {
  readonly title: string;
  /** Seconds since the epoch. */
  readonly at: readonly number[];
  readonly lines: readonly Line[];
  /** For each point, whether a lane was paused: shown as a band. */
  readonly pauses: readonly boolean[];
  /** When lanes were scaled: ▲ and ▼ at the top. */
  readonly marks: readonly ScaleMark[];
  readonly scale: 'linear' | 'logarithmic';
  /** Upper end of the axis at least: noise must not look like a crisis. */
  readonly softMax: number;
  /** Shown stretch of time in seconds, up to now. */
  readonly windowSeconds: number;
  readonly format: (value: number | null) => string;
}

const HEIGHT = 190;
/** A chart that has just begun is not stretched further. */
const MIN_SPAN_SECONDS = 60;
/** Charts of this group share their cursor. */
const SYNC_KEY = 'caudal';
/** Lowest value of a logarithmic axis: a millisecond. */
const LOG_FLOOR = 0.001;

/** Draws lines over time, with a cursor shared by all charts, that the arrow keys move too. */
export function Chart(props: ChartProps): JSX.Element {
  const { title, at, lines, scale, softMax, windowSeconds, format } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const [cursor, setCursor] = useState<number | undefined>(undefined);
  const key = `${scale}|${lines.map(({ name, hue }) => `${name}${hue?.mid}`).join('|')}`;

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const made = new uPlot(
      optionsOf(latest, element.clientWidth, setCursor),
      dataOf(latest.current),
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) made.setSize({ width: entry.contentRect.width, height: HEIGHT });
    });
    observer.observe(element);
    const redraw = (): void => made.redraw();
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', redraw);
    const theme = new MutationObserver(redraw);
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      observer.disconnect();
      theme.disconnect();
      scheme.removeEventListener('change', redraw);
      made.destroy();
      plot.current = undefined;
    };
  }, [key]);
  useEffect(() => {
    plot.current?.setData(dataOf(latest.current));
  }, [at, lines, windowSeconds, softMax]);

  const index = cursor ?? at.length - 1;
  const time = at[index];
  const move = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : undefined;
    const made = plot.current;
    if (step === undefined || made === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(at.length - 1, index + step));
    made.setCursor({ left: made.valToPos(at[next] ?? 0, 'x'), top: HEIGHT / 2 });
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move the cursor
    <figure class="chart" tabIndex={0} aria-label={`${title}; arrow keys move through time`} onKeyDown={move}>
      <figcaption>
        <h3>{title}</h3>
        <time class={cursor === undefined ? 'now' : ''}>
          {cursor === undefined || time === undefined ? 'now' : exactTimeOfDay(Math.round(time * 1_000))}
        </time>
      </figcaption>
      <ul class="legend">
        {lines.map((line) => (
          <li key={line.name}>
            <i class="swatch" style={{ background: colorOf(line.hue) }} />
            <span>{line.name}</span>
            <b>{format(line.values[index] ?? null)}</b>
          </li>
        ))}
      </ul>
      <div class="plot" ref={place} />
    </figure>
  );
}

function dataOf({ at, lines, scale }: ChartProps): uPlot.AlignedData {
  const shown = (value: number | null): number | null =>
    scale === 'logarithmic' && value !== null ? Math.max(value, LOG_FLOOR) : value;
  return [[...at], ...lines.map(({ values }) => values.map(shown))];
}

function optionsOf(
  latest: { readonly current: ChartProps },
  width: number,
  setCursor: (index: number | undefined) => void,
): uPlot.Options {
  const { lines, scale } = latest.current;
  const axis = {
    stroke: () => cssValue('--muted'),
    grid: { stroke: () => cssValue('--grid'), width: 1 },
    ticks: { show: false },
    font: '11px Inter, system-ui, sans-serif',
  };
  return {
    width,
    height: HEIGHT,
    pxAlign: false,
    legend: { show: false },
    padding: [8, 6, 0, 0],
    cursor: {
      sync: { key: SYNC_KEY },
      drag: { x: false, y: false },
      y: false,
      points: { size: 7, width: 0, fill: (_plot, index) => colorOf(lines[index - 1]?.hue) },
    },
    scales: {
      x: {
        time: true,
        range: () => {
          const end = latest.current.at.at(-1) ?? Date.now() / 1_000;
          const start = Math.min(latest.current.at[0] ?? end, end - MIN_SPAN_SECONDS);
          return [Math.max(start, end - latest.current.windowSeconds), end];
        },
      },
      y:
        scale === 'logarithmic'
          ? {
              distr: 3,
              range: (_plot, _min, max) => [LOG_FLOOR, Math.max(latest.current.softMax, (max || 0) * 1.5)],
            }
          : { range: (_plot, _min, max) => [0, Math.max(latest.current.softMax, (max || 0) * 1.08)] },
    },
    axes: [
      {
        ...axis,
        size: 26,
        space: 70,
        values: (_plot, splits) => splits.map((time) => shortTime(time, splits)),
      },
      {
        ...axis,
        size: 52,
        space: 34,
        ...(scale === 'logarithmic' && { splits: (_plot, _axis, min, max) => powersOfTen(min, max) }),
        values: (_plot, splits) =>
          splits.map((value) => (value === null ? '' : latest.current.format(value))),
      },
    ],
    series: [
      {},
      ...lines.map(
        ({ hue, dash }): uPlot.Series => ({
          stroke: () => colorOf(hue),
          width: hue === undefined ? 1.5 : 2,
          dash: [...dash],
          points: { show: false },
          spanGaps: false,
        }),
      ),
    ],
    hooks: {
      draw: [(plot) => drawMarks(plot, latest.current)],
      drawClear: [(plot) => drawPauses(plot, latest.current)],
      setCursor: [(plot) => setCursor(plot.cursor.idx ?? undefined)],
    },
  };
}

/** Hours and minutes; seconds too where ticks are less than a minute apart. */
function shortTime(seconds: number, [first = 0, second = 60]: readonly number[]): string {
  return timeOfDay(seconds * 1_000).slice(0, second - first < 60 ? 8 : 5);
}

/** Lines between them would be a third of the ink. */
function powersOfTen(min: number, max: number): number[] {
  const powers: number[] = [];
  for (let power = Math.ceil(Math.log10(min) - 0.01); power <= Math.log10(max); power += 1)
    powers.push(10 ** power);
  return powers;
}

/** Bands behind the lines for the time in which a lane was paused. */
function drawPauses(plot: uPlot, { at, pauses }: ChartProps): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = cssValue('--attention');
  ctx.globalAlpha = 0.14;
  for (let index = 0; index < at.length; index += 1) {
    if (pauses[index] !== true) continue;
    const from = at[index] ?? 0;
    while (pauses[index + 1] === true) index += 1;
    const left = Math.max(bbox.left, plot.valToPos(from, 'x', true));
    const right = plot.valToPos(at[index + 1] ?? at[index] ?? 0, 'x', true);
    if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height);
  }
  ctx.restore();
}

/** Marks are neutral: to scale is neither good nor bad. */
function drawMarks(plot: uPlot, { marks }: ChartProps): void {
  const { ctx, bbox } = plot;
  const size = 5 * devicePixelRatio;
  ctx.save();
  ctx.fillStyle = cssValue('--muted');
  for (const { at, change } of marks) {
    const x = plot.valToPos(at / 1_000, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    const [tip, base] = change > 0 ? [bbox.top, bbox.top + size * 1.6] : [bbox.top + size * 1.6, bbox.top];
    ctx.beginPath();
    ctx.moveTo(x, tip);
    ctx.lineTo(x - size, base);
    ctx.lineTo(x + size, base);
    ctx.fill();
    ctx.fillRect(x - 0.5, bbox.top, 1, bbox.height);
  }
  ctx.restore();
}

function isDark(): boolean {
  return getComputedStyle(document.documentElement).colorScheme === 'dark';
}

function colorOf(hue: Line['hue']): string {
  if (hue === undefined) return cssValue('--muted');
  return isDark() ? hue.mid : hue.dark;
}

function cssValue(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name);
}
