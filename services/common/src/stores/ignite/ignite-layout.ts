import type { Envelope } from '../../message/envelope.ts';
import { schemaNameOf } from '../schema-name.ts';

/** Names of a lane's caches. */
export interface CacheNames {
  /**
   * One entry a message, which is its identity as well: from `p:<producer>:<sequence>` or `k:<key>:<sequence>` to JSON with
   * `country`, `weather`, `description`, `acceptedAt` and `storedAt`, and `usedAt` if its retention was renewed.
   */
  readonly messages: string;
  /** From a slot's number to JSON, {@link SlotCounts}. */
  readonly counts: string;
  /** From a log's source to JSON with `next` and `marks`, and from `<source>#attempt` to what was noted there. */
  readonly positions: string;
}

const DAY_MS = 86_400_000;

/** Group of all caches of all lanes: what each partition costs in files and memory is paid once. */
export const CACHE_GROUP = 'caudal';

/**
 * Entries over which a lane's counts are spread. Each consumer adds to one of them, so that few wait for each other; each is
 * consistent in itself, because it is one entry.
 */
export const SLOTS: readonly string[] = Array.from({ length: 16 }, (_, slot) => String(slot));

/** What was counted in one slot. */
export interface SlotCounts {
  readonly total: number;
  readonly byCountry: Readonly<Record<string, number>>;
  readonly byWeather: Readonly<Record<string, number>>;
  /** Time of the first message, ms since the epoch; 0 if there is none. */
  readonly since: number;
}

/** Names the caches of a lane. @throws RangeError for a key prefix that cannot name a cache */
export function cacheNamesOf(keyPrefix: string): CacheNames {
  const schema = schemaNameOf(keyPrefix);
  return { messages: `${schema}_messages`, counts: `${schema}_counts`, positions: `${schema}_positions` };
}

/** Key of a message's entry. */
export function messageKey({ producer, key, sequence }: Envelope): string {
  return producer === undefined ? `k:${key}:${sequence}` : `p:${producer}:${sequence}`;
}

/** Value of a message's entry. */
export function messageRow(
  { country, weather, description, acceptedAt }: Envelope,
  storedAt: number,
): string {
  return JSON.stringify({ country, weather, description, acceptedAt, storedAt });
}

/**
 * Returns the value of a known message's entry with its retention renewed; undefined if that was done within the last day, so that
 * a message that comes again and again is rarely written. Writing it is what renews it.
 */
export function renewedRow(value: unknown, now: number): string | undefined {
  const row = parseObject(value);
  const lastUse = isCount(row.usedAt) ? row.usedAt : row.storedAt;
  return isCount(lastUse) && lastUse < now - DAY_MS ? JSON.stringify({ ...row, usedAt: now }) : undefined;
}

/** Key of what was noted about a source's next messages; a topic's name has no `#`. */
export function attemptKey(source: string): string {
  return `${source}#attempt`;
}

/** A source's offset to read next, and the marks stored with it. */
export interface StoredPosition {
  readonly next: number;
  readonly marks: string;
}

/** Reads a position; undefined if there is none. @throws RangeError if the value is not one */
export function readPosition(source: string, value: unknown): StoredPosition | undefined {
  if (value === undefined) return undefined;
  const { next, marks } = parseObject(value);
  if (!isCount(next) || typeof marks !== 'string')
    throw new RangeError(`the position of ${source} is ${shown(value)}, not an offset with marks`);
  return { next, marks };
}

/** Reads a slot; without a value, nothing was counted. @throws RangeError if the value is not one */
export function readSlot(slot: string, value: unknown): SlotCounts {
  if (value === undefined || value === null) return { total: 0, byCountry: {}, byWeather: {}, since: 0 };
  const { total, byCountry, byWeather, since } = parseObject(value);
  if (!isCount(total) || !isCounts(byCountry) || !isCounts(byWeather) || !isCount(since))
    throw new RangeError(`the counts of slot ${slot} are ${shown(value)}, not counts`);
  return { total, byCountry, byWeather, since };
}

function parseObject(value: unknown): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : undefined;
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isCounts(value: unknown): value is Record<string, number> {
  return typeof value === 'object' && value !== null && Object.values(value).every(isCount);
}

function shown(value: unknown): string {
  const text = String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
