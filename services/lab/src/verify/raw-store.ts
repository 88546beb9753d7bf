import { Redis as RedisClient } from 'ioredis';
import { Redis as ValkeyClient } from 'iovalkey';

/** A store that is asked without any code of the services. */
export interface RawStore {
  /** The values of keys, in order; null where there is none. */
  bitmaps(keys: readonly string[]): Promise<readonly (Buffer | null)[]>;
  hincrby(key: string, field: string, by: number): Promise<unknown>;
  incrby(key: string, by: number): Promise<unknown>;
  unlink(...keys: string[]): Promise<unknown>;
  /** Every key that begins so. */
  keysWith(prefix: string): Promise<readonly string[]>;
}

/** How a store is reached. */
export interface StoreAddress {
  readonly store: 'valkey' | 'redis';
  readonly url: string;
}

/** Calls `work` with a store. Rejects with the driver's error when it does not answer. */
export async function withRawStore<T>(
  { store, url }: StoreAddress,
  work: (store: RawStore) => Promise<T>,
): Promise<T> {
  const options = { maxRetriesPerRequest: 3, commandTimeout: 10_000 };
  const client = store === 'valkey' ? new ValkeyClient(url, options) : new RedisClient(url, options);
  client.on('error', () => undefined);
  try {
    return await work({
      bitmaps: (keys) => client.mgetBuffer(...keys),
      hincrby: (key, field, by) => client.hincrby(key, field, by),
      incrby: (key, by) => client.incrby(key, by),
      unlink: (...keys) => client.unlink(...keys),
      async keysWith(prefix) {
        const found = new Set<string>();
        let cursor = '0';
        do {
          const [next, keys] = await client.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 1_000);
          for (const key of keys) found.add(key);
          cursor = next;
        } while (cursor !== '0');
        return [...found];
      },
    });
  } finally {
    client.disconnect();
  }
}
