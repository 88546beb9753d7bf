import { Redis as RedisClient } from 'ioredis';
import { Redis as ValkeyClient } from 'iovalkey';

/** A store that is asked and written without any code of the services. */
export interface RawStore {
  /** The values of keys, in order; null where there is none. */
  bitmaps(keys: readonly string[]): Promise<readonly (Buffer | null)[]>;
  /** The shortest time that one of these keys has left, ms; null where none of them is there and expires. */
  shortestLifeMs(keys: readonly string[]): Promise<number | null>;
  /** Sets the first bit of each key. */
  markFirstBits(keys: readonly string[], ttlSeconds: number): Promise<void>;
  set(key: string, value: string): Promise<void>;
  setFields(key: string, fields: Readonly<Record<string, number>>): Promise<void>;
  /** Removes every key that begins so. */
  removeAll(prefix: string): Promise<void>;
}

/** How a store is reached. */
export interface StoreAddress {
  readonly store: 'valkey' | 'redis';
  readonly url: string;
}

type Client = RedisClient | ValkeyClient;

/** Calls `work` with a store. Rejects with the driver's error when it does not answer. */
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
    bitmaps: (keys) => client.mgetBuffer(...keys),
    async shortestLifeMs(keys) {
      const pipeline = client.pipeline();
      for (const key of keys) pipeline.pttl(key);
      const lives = resultsOf(await pipeline.exec()).map(Number);
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
