/** What numbers are round: decimal ones, powers of two for bytes, minutes and hours for long times. */
export type Roundness = 'decimal' | 'binary' | 'time';

const CHOICES: Readonly<Record<Roundness, readonly number[]>> = {
  decimal: [1, 2, 5, 10],
  binary: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024],
  time: [60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400],
};

/** Round numbers from 0 (or below, where values are) to at least `max`, evenly spaced: about `count`, never one alone. */
export function ticks(min: number, max: number, count: number, roundness: Roundness = 'decimal'): number[] {
  const low = Math.min(0, min);
  const high = max > low ? max : low + 1;
  const step = niceStep((high - low) / count, roundness);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

function niceStep(rough: number, roundness: Roundness): number {
  const choices = CHOICES[roundness];
  const base = roundness === 'binary' ? 1_024 : 10;
  const power = roundness === 'time' ? 1 : base ** Math.floor(Math.log(rough) / Math.log(base));
  return (choices.find((choice) => choice * power >= rough) ?? choices.at(-1) ?? base) * power;
}

/** Round times within a range, for an axis: seconds since the epoch. */
export function timeTicks(from: number, to: number, count: number): number[] {
  const step = [15, 30, ...CHOICES.time].find((choice) => choice >= (to - from) / count) ?? 86_400;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, index) => (first + index) * step);
}

/** `14:05`, with seconds where they are not 0; UTC. */
export function clock(time: number): string {
  const text = new Date(time * 1_000).toISOString().slice(11, 19);
  return text.endsWith(':00') ? text.slice(0, 5) : text;
}
