import type { Random } from './random.ts';

/** How long waits between attempts may be, in milliseconds. */
export type BackoffLimits = { baseMs: number; capMs: number };

/** From 0.1 s up to 5 s: quick after a blip, gentle on a service that is coming back. */
const defaultBackoff: BackoffLimits = { baseMs: 100, capMs: 5_000 };

/**
 * Reads a `Retry-After` header given in seconds or as an HTTP date.
 *
 * @returns milliseconds to wait, or undefined when the header is missing or makes no sense
 */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  const text = (header ?? '').trim();
  if (/^\d{1,6}$/.test(text)) return Number(text) * 1000;
  if (!/[a-z]/i.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

/**
 * Decides how long to wait before the next attempt: doubling from `baseMs` up to `capMs`, half of it drawn at
 * random so that users who failed together do not come back together, and never less than the server asked for.
 *
 * @param failures attempts that failed so far, at least 1
 * @param retryAfterMs what the server asked for, if it did
 * @param remainingMs what is left of the time for retries
 * @returns milliseconds, or undefined when no further attempt fits into the remaining time
 */
export function nextDelayMs(
  failures: number,
  retryAfterMs: number | undefined,
  remainingMs: number,
  random: Random,
  limits: BackoffLimits = defaultBackoff,
): number | undefined {
  if (remainingMs <= 0) return undefined;
  const ceilingMs = Math.min(limits.capMs, limits.baseMs * 2 ** Math.min(failures - 1, 30));
  const ownMs = ceilingMs * (0.5 + random() / 2);
  if (retryAfterMs === undefined) return Math.min(ownMs, remainingMs);
  if (retryAfterMs > remainingMs) return undefined;
  return Math.min(Math.max(retryAfterMs + (limits.baseMs / 2) * random(), ownMs), remainingMs);
}
