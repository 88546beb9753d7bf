const whole = new Intl.NumberFormat();
const tenths = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});
const names = new Intl.DisplayNames(['en'], { type: 'region' });

/** What stands for a figure that is unknown. */
export const UNKNOWN = '–';

/** `49,204`, or {@link UNKNOWN}. */
export function count(value: number | undefined | null): string {
  return value === undefined || value === null ? UNKNOWN : whole.format(value);
}

/** A rate a second: whole from 10, `4.2` below. */
export function rate(value: number | undefined | null): string {
  if (value === undefined || value === null) return UNKNOWN;
  return value > 0 && value < 10 ? tenths.format(value) : whole.format(Math.round(value));
}

/** A latency given in seconds: `7 ms`, `1.2 s`. */
export function latency(seconds: number | undefined | null): string {
  if (seconds === undefined || seconds === null) return UNKNOWN;
  if (seconds < 0.01) return `${Number((seconds * 1_000).toPrecision(2))} ms`;
  return seconds < 1 ? `${Math.round(seconds * 1_000)} ms` : `${tenths.format(seconds)} s`;
}

/** A span of time for a person: `0.4 s`, `12 s`, `3 min`, `2 h`. */
export function span(seconds: number | undefined | null): string {
  if (seconds === undefined || seconds === null) return UNKNOWN;
  if (seconds < 10) return `${tenths.format(Math.max(0, seconds))} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

/** Time of day in the browser's zone: `08:02:10`. */
export function timeOfDay(epochMs: number): string {
  return clock.format(epochMs);
}

/** Time of day with milliseconds: `08:02:10.123`. */
export function exactTimeOfDay(epochMs: number): string {
  return `${clock.format(epochMs)}.${String(epochMs % 1_000).padStart(3, '0')}`;
}

/** The same moment in UTC, for a tooltip. */
export function utc(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** English name of a country by its ISO 3166-1 alpha-2 code; the code where the browser knows none. */
export function countryName(code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}

/** `1 message`, `2 messages`. */
export function messages(value: number): string {
  return `${whole.format(value)} ${value === 1 ? 'message' : 'messages'}`;
}
