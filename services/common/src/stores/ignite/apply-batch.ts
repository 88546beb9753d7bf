import type { Envelope } from '../../message/envelope.ts';
import { weatherClass } from '../../message/weather.ts';
import type { BatchPosition } from '../../messaging/ports.ts';
import type { ApplyResult, StoreBatch } from '../ports.ts';
import {
  type CacheNames,
  messageKey,
  messageRow,
  readPosition,
  readSlot,
  renewedRow,
} from './ignite-layout.ts';
import { Cache } from './thin-client/caches.ts';
import type { Connection } from './thin-client/connection.ts';
import { runTransaction } from './thin-client/transactions.ts';

/** How a batch is written. */
export interface ApplyOptions {
  readonly names: CacheNames;
  /** Slot of the counts that this consumer adds to. */
  readonly slot: string;
  readonly timeoutMs: number;
  readonly label: string;
}

/**
 * Stores a batch in one transaction: positions that are where the batch expects them, messages whose identity is new, and their
 * counts. Locks are taken in the same order by everybody, positions, identities, counts, each by name: no two batches wait for
 * each other. A batch with an identity that another one is storing waits for it, and then finds it.
 */
export function applyBatch(
  connection: Connection,
  { envelopes, positions }: StoreBatch,
  { names, slot, timeoutMs, label }: ApplyOptions,
): Promise<ApplyResult> {
  return runTransaction<ApplyResult>(connection, { timeoutMs, label }, async (transaction) => {
    const moved = await movedPositions(new Cache(connection, names.positions, transaction), positions);
    if (moved.size > 0) return { commit: false, result: { kind: 'moved', positions: moved } };
    const messages = new Cache(connection, names.messages, transaction);
    const now = Date.now();
    const { fresh, renewed } = await sortOut(messages, envelopes, now);
    const storedByCountry = countBy(fresh, ([, { country }]) => country);
    if (renewed.length > 0) await messages.putAll(renewed);
    if (fresh.length > 0) {
      await messages.putAll(fresh.map(([key, envelope]) => [key, messageRow(envelope, now)]));
      const counts = new Cache(connection, names.counts, transaction);
      const earlier = readSlot(slot, await counts.get(slot));
      const byWeather = countBy(fresh, ([, { weather }]) => weatherClass(weather));
      await counts.put(
        slot,
        JSON.stringify({
          total: earlier.total + fresh.length,
          byCountry: sum(earlier.byCountry, storedByCountry),
          byWeather: sum(earlier.byWeather, byWeather),
          since: earlier.since === 0 ? now : earlier.since,
        }),
      );
    }
    if (positions.length > 0)
      await new Cache(connection, names.positions, transaction).putAll(
        bySource(positions).map(({ source, next, marks }) => [
          source,
          JSON.stringify({ next, marks: marks ?? '' }),
        ]),
      );
    return {
      commit: true,
      result: {
        kind: 'applied',
        stored: fresh.length,
        duplicates: envelopes.length - fresh.length,
        storedByCountry,
      },
    };
  });
}

/** Returns the stored offsets of those sources that are not where the batch expects them; locks all. */
async function movedPositions(
  cache: Cache,
  positions: readonly BatchPosition[],
): Promise<Map<string, number | null>> {
  const moved = new Map<string, number | null>();
  if (positions.length === 0) return moved;
  const stored = await cache.getAll(bySource(positions).map(({ source }) => source));
  for (const { source, expected } of positions) {
    const next = readPosition(source, stored.get(source))?.next ?? null;
    if (next !== expected) moved.set(source, next);
  }
  return moved;
}

/**
 * Returns the messages whose identity is not stored, each once, and new values of those that are and would expire sooner than a
 * message that is used now. Locks all, in the order of their keys.
 */
async function sortOut(
  cache: Cache,
  envelopes: readonly Envelope[],
  now: number,
): Promise<{ readonly fresh: [string, Envelope][]; readonly renewed: [string, string][] }> {
  const candidates = new Map<string, Envelope>();
  for (const envelope of envelopes) {
    const key = messageKey(envelope);
    if (!candidates.has(key)) candidates.set(key, envelope);
  }
  const fresh: [string, Envelope][] = [];
  const renewed: [string, string][] = [];
  if (candidates.size === 0) return { fresh, renewed };
  const keys = [...candidates.keys()].sort();
  const known = await cache.getAll(keys);
  for (const key of keys) {
    if (known.has(key)) {
      const value = renewedRow(known.get(key), now);
      if (value !== undefined) renewed.push([key, value]);
    } else fresh.push([key, candidates.get(key) as Envelope]);
  }
  return { fresh, renewed };
}

function bySource(positions: readonly BatchPosition[]): BatchPosition[] {
  return positions.toSorted((a, b) => (a.source < b.source ? -1 : 1));
}

function countBy<T>(items: readonly T[], labelOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const label = labelOf(item);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return counts;
}

function sum(
  earlier: Readonly<Record<string, number>>,
  added: ReadonlyMap<string, number>,
): Record<string, number> {
  const counts = { ...earlier };
  for (const [label, n] of added) counts[label] = (counts[label] ?? 0) + n;
  return counts;
}
