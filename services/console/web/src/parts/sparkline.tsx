import type { JSX } from 'preact';

const WIDTH = 240;
const HEIGHT = 36;
/** Two a second: the last minute. */
const SHOWN = 120;

/** The last minute of a series, without axes; the figure beside it says its last value. Unknown values leave a gap. */
export function Sparkline({ values }: { values: readonly (number | null)[] }): JSX.Element {
  const shown = values.slice(-SHOWN);
  const largest = Math.max(1, ...shown.map((value) => value ?? 0));
  const x = (index: number): string =>
    (WIDTH - ((shown.length - 1 - index) * WIDTH) / (SHOWN - 1)).toFixed(1);
  const y = (value: number): string => (HEIGHT - 2 - (value / largest) * (HEIGHT - 6)).toFixed(1);
  let line = '';
  let area = '';
  for (const [index, value] of shown.entries()) {
    if (value === null) continue;
    const point = `${x(index)} ${y(value)}`;
    const [before = null, after = null] = [shown[index - 1], shown[index + 1]];
    line += `${before === null ? 'M' : 'L'}${point}`;
    area += before === null ? `M${x(index)} ${HEIGHT}L${point}` : `L${point}`;
    if (after === null) area += `L${x(index)} ${HEIGHT}z`;
  }
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path class="area" d={area} />
      <path class="line" d={line} />
    </svg>
  );
}
