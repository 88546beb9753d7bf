import { Redis } from 'ioredis';
import type { StoreRecord } from './store-record.ts';

/** Access to a store that is independent of the services' code. */
export interface RawStore {
  /** Reads the bitmaps of these records, in order; null for a missing one. */
  bitmaps(records: readonly StoreRecord[]): Promise<readonly (Buffer | null)[]>;
  /** Reads the day (since 1970) on which the first message of each was last used; null for an unknown one. */
  lastUses(records: readonly StoreRecord[]): Promise<readonly (string | null)[]>;
  /**
   * Shortest time for which one of these is still remembered, ms; null when none is, or the user may not ask. `now` in ms since
   * the epoch.
   */
  shortestLifeMs(records: readonly StoreRecord[], now: number): Promise<number | null>;
  /** Records the first message of each, as used at `now` (ms since the epoch) and kept for `days`. */
  rememberFirsts(records: readonly StoreRecord[], now: number, days: number): Promise<void>;
  /** Reads a hash of numbers. */
  counts(key: string): Promise<Readonly<Record<string, number>>>;
  set(key: string, value: string): Promise<void>;
  setFields(key: string, fields: Readonly<Record<string, number>>): Promise<void>;
  /** Removes every key with this prefix. */
  removeAll(prefix: string): Promise<void>;
}

const DAY_MS = 86_400_000;

/**
 * Connects, calls `work` and disconnects. One client for every store that speaks RESP: they answer these commands alike.
 * Rejects with the driver's error when the store does not answer.
 */
export async function withRawStore<T>(
  { url }: { readonly url: string },
  work: (store: RawStore) => Promise<T>,
): Promise<T> {
  const options = { maxRetriesPerRequest: 3, commandTimeout: 10_000 };
  const client = new Redis(url, options);
  client.on('error', () => undefined);
  try {
    return await work(rawStore(client));
  } finally {
    client.disconnect();
  }
}

function rawStore(client: Redis): RawStore {
  return {
    // GET, not MGET, and HMGET, not HGET: the chart's read-only user may run nothing else on these keys.
    async bitmaps(records) {
      const pipeline = client.pipeline();
      for (const { bitmap } of records) pipeline.getBuffer(bitmap);
      return resultsOf(await pipeline.exec()) as (Buffer | null)[];
    },
    async lastUses(records) {
      const pipeline = client.pipeline();
      for (const { bucket, field } of records) pipeline.hmget(bucket, field);
      return (resultsOf(await pipeline.exec()) as (string | null)[][]).map(([day]) => day ?? null);
    },
    async shortestLifeMs(records, now) {
      const bitmaps = client.pipeline();
      const firsts = client.pipeline();
      for (const { bitmap, bucket, field } of records) {
        bitmaps.pttl(bitmap);
        firsts.hmget(bucket, field, '');
      }
      const lives = await bitmaps.exec();
      const mayAsk = !lives?.some(([error]) => error?.message.startsWith('NOPERM'));
      const left = mayAsk
        ? resultsOf(lives)
            .map(Number)
            .filter((life) => life >= 0)
        : [];
      for (const [day, state] of resultsOf(await firsts.exec()) as (string | null)[][]) {
        if (day === null || day === undefined) continue;
        // The nameless field holds the day of the last sweep and the days kept.
        const days = Number(state?.split(':')[1]);
        left.push((Number(day) + days + 1) * DAY_MS - now);
      }
      return left.length === 0 ? null : left.reduce((least, life) => Math.min(least, life));
    },
    async rememberFirsts(records, now, days) {
      const day = Math.floor(now / DAY_MS);
      const pipeline = client.pipeline();
      for (const { bucket, field } of records) {
        pipeline.hset(bucket, { [field]: day, '': `${day}:${days}` });
        pipeline.expire(bucket, (days + 1) * (DAY_MS / 1_000));
      }
      resultsOf(await pipeline.exec());
    },
    async counts(key) {
      const fields = await client.hgetall(key);
      return Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, Number(value)]));
    },
    async set(key, value) {
      await client.set(key, value);
    },
    async setFields(key, fields) {
      if (Object.keys(fields).length > 0) await client.hset(key, fields);
    },
    async removeAll(prefix) {
      let cursor = '0';
      do {
        const [next, keys] = await client.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 1_000);
        cursor = next;
        if (keys.length > 0) await client.unlink(...keys);
      } while (cursor !== '0');
    },
  };
}

/** @throws the first error among the replies */
function resultsOf(replies: readonly [error: Error | null, result: unknown][] | null): unknown[] {
  return (replies ?? []).map(([error, result]) => {
    if (error !== null) throw error;
    return result;
  });
}
