import { cacheId } from './caches.ts';
import type { Requester } from './connection.ts';

/** Operations; "Binary client protocol", section "Cache configuration". */
const OPERATION = {
  names: 1_050,
  getOrCreate: 1_054,
  configuration: 1_055,
  destroy: 1_056,
} as const;

/** Numbers of properties, in the same section. */
const PROPERTY = {
  name: 0,
  atomicityMode: 2,
  backups: 3,
  writeSynchronization: 4,
  groupName: 400,
  expiryPolicy: 407,
} as const;

const TRANSACTIONAL = 0;
/** A write is acknowledged once it is on all copies. */
const FULL_SYNC = 0;
/** Duration that leaves an entry's expiry as it is. */
const UNCHANGED = -2n;

/** A cache to create: transactional, and synchronous to all copies. */
export interface CacheConfiguration {
  readonly name: string;
  /** Caches of one group share their partitions, and so files and memory; their backups must be the same. */
  readonly group: string;
  /** Copies besides the first, on other servers. */
  readonly backups: number;
  /** How long an entry is kept after it was last written; undefined: indefinitely. */
  readonly keepMs: number | undefined;
}

/** Names of all caches. */
export function cacheNames(requester: Requester): Promise<string[]> {
  return requester.request(
    OPERATION.names,
    () => undefined,
    (answer) => Array.from({ length: answer.count(1) }, () => answer.string()),
  );
}

/** Creates a cache unless there is one of that name, whatever its configuration. */
export function getOrCreateCache(
  requester: Requester,
  { name, group, backups, keepMs }: CacheConfiguration,
  timeoutMs?: number,
): Promise<void> {
  return requester.request(
    OPERATION.getOrCreate,
    (payload) =>
      payload.sized(() => {
        payload.short(keepMs === undefined ? 5 : 6);
        payload.short(PROPERTY.name);
        payload.value(name);
        payload.short(PROPERTY.groupName);
        payload.value(group);
        payload.short(PROPERTY.atomicityMode);
        payload.int(TRANSACTIONAL);
        payload.short(PROPERTY.backups);
        payload.int(backups);
        payload.short(PROPERTY.writeSynchronization);
        payload.int(FULL_SYNC);
        if (keepMs === undefined) return;
        payload.short(PROPERTY.expiryPolicy);
        payload.boolean(true);
        // After it was created, updated, read.
        for (const duration of [BigInt(keepMs), BigInt(keepMs), UNCHANGED]) payload.long(duration);
      }),
    () => undefined,
    timeoutMs,
  );
}

/** Whether a cache takes part in transactions. */
export function isTransactional(requester: Requester, name: string): Promise<boolean> {
  return requester.request(
    OPERATION.configuration,
    (payload) => {
      payload.int(cacheId(name));
      payload.byte(0);
    },
    (answer) => {
      // Length of the configuration, whose first field it is.
      answer.skip(4);
      return answer.int() === TRANSACTIONAL;
    },
  );
}

/** Destroys a cache with all its entries. */
export function destroyCache(requester: Requester, name: string): Promise<void> {
  return requester.request(
    OPERATION.destroy,
    (payload) => payload.int(cacheId(name)),
    () => undefined,
  );
}
