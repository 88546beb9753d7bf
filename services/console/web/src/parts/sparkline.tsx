import type { JSX } from 'preact';

const WIDTH = 240;
const HEIGHT = 36;
/** Two a second: the last minute. */
const SHOWN = 120;

/** The last minute of a series, without axes; the figure beside it says its last value. */
export function Sparkline({ values }: { values: readonly (number | null)[] }): JSX.Element {
  const shown = values.slice(-SHOWN);
  const largest = Math.max(1, ...shown.map((value) => value ?? 0));
  const x = (index: number): number => WIDTH - ((shown.length - 1 - index) * WIDTH) / (SHOWN - 1);
  const y = (value: number): number => HEIGHT - 2 - (value / largest) * (HEIGHT - 6);
  let line = '';
  let isOpen = false;
  for (const [index, value] of shown.entries()) {
    if (value !== null) line += `${isOpen ? 'L' : 'M'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    isOpen = value !== null;
  }
  const first = shown.findIndex((value) => value !== null);
  const isWhole = first >= 0 && shown.slice(first).every((value) => value !== null);
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {isWhole && <path class="area" d={`${line}L${WIDTH} ${HEIGHT}L${x(first).toFixed(1)} ${HEIGHT}z`} />}
      <path class="line" d={line} />
    </svg>
  );
}
