import { Redis as RedisClient } from 'ioredis';
import { Redis as ValkeyClient } from 'iovalkey';

/** Access to a store that is independent of the services' code. */
export interface RawStore {
  /** Reads keys in order; null for a missing key. */
  bitmaps(keys: readonly string[]): Promise<readonly (Buffer | null)[]>;
  /** Shortest remaining time of these keys, ms; null when none exists with an expiry, or the user may not ask. */
  shortestLifeMs(keys: readonly string[]): Promise<number | null>;
  /** Sets the first bit of each key. */
  markFirstBits(keys: readonly string[], ttlSeconds: number): Promise<void>;
  set(key: string, value: string): Promise<void>;
  setFields(key: string, fields: Readonly<Record<string, number>>): Promise<void>;
  /** Removes every key with this prefix. */
  removeAll(prefix: string): Promise<void>;
}

/** Address of a store. */
export interface StoreAddress {
  readonly store: 'valkey' | 'redis';
  readonly url: string;
}

type Client = RedisClient | ValkeyClient;

/** Connects, calls `work` and disconnects. Rejects with the driver's error when the store does not answer. */
export async function withRawStore<T>(
  { store, url }: StoreAddress,
  work: (store: RawStore) => Promise<T>,
): Promise<T> {
  const options = { maxRetriesPerRequest: 3, commandTimeout: 10_000 };
  const client = store === 'valkey' ? new ValkeyClient(url, options) : new RedisClient(url, options);
  client.on('error', () => undefined);
  try {
    return await work(rawStore(client));
  } finally {
    client.disconnect();
  }
}

function rawStore(client: Client): RawStore {
  return {
    // GET, not MGET: the chart's read-only user may run nothing else on these keys.
    async bitmaps(keys) {
      const pipeline = client.pipeline();
      for (const key of keys) pipeline.getBuffer(key);
      return resultsOf(await pipeline.exec()) as (Buffer | null)[];
    },
    async shortestLifeMs(keys) {
      const pipeline = client.pipeline();
      for (const key of keys) pipeline.pttl(key);
      const replies = await pipeline.exec();
      if (replies?.some(([error]) => error?.message.startsWith('NOPERM'))) return null;
      const lives = resultsOf(replies).map(Number);
      const left = lives.filter((life) => life >= 0);
      return left.length === 0 ? null : left.reduce((least, life) => Math.min(least, life));
    },
    async markFirstBits(keys, ttlSeconds) {
      const pipeline = client.pipeline();
      for (const key of keys) pipeline.set(key, Buffer.from([0x80]), 'EX', ttlSeconds);
      resultsOf(await pipeline.exec());
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
