import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { Redis } from 'ioredis';
import { createLogger } from '../../src/logging.ts';
import { type CountStore, createStore, type StoreName, type StoreSettings } from '../../src/stores/index.ts';
import { bucketOf } from '../../src/stores/key-buckets.ts';
import { keyed, produced } from './count-store.conformance.ts';

const DAYS_KEPT = 4;
const DAY_SECONDS = 86_400;

const logger = createLogger('test', 'silent');

/** Names under which no two share a bucket, and names that share one. */
function namesBy(count: number, isShared: boolean): string[] {
  const names: string[] = [];
  const buckets = new Set<string>();
  for (let i = 0; names.length < count; i += 1) {
    const bucket = bucketOf(`name-${i}`);
    if (names.length > 0 && buckets.has(bucket) !== isShared) continue;
    names.push(`name-${i}`);
    buckets.add(bucket);
  }
  return names;
}

/** What a store must do with the first messages under clients' keys. */
export function describeKeyBuckets(name: StoreName, address: () => string): void {
  describe(`${name} keeps clients' keys in buckets`, () => {
    let probe: Redis;
    before(() => {
      probe = new Redis(address());
    });
    after(() => probe.disconnect());

    interface Fixture {
      readonly store: CountStore;
      readonly prefix: string;
      readonly today: number;
      open(overrides?: Partial<StoreSettings>): Promise<CountStore>;
      /** Stored and duplicates of a batch. */
      apply(...envelopes: Parameters<CountStore['apply']>[0]['envelopes']): Promise<[number, number]>;
      /** Days of last use by key. */
      days(...keys: readonly string[]): Promise<(string | null)[]>;
    }

    const withStore = (work: (fixture: Fixture) => Promise<void>) => async () => {
      const prefix = `${randomUUID()}:`;
      const opened: CountStore[] = [];
      const open = async (overrides: Partial<StoreSettings> = {}): Promise<CountStore> => {
        const settings = {
          clientName: 'test',
          url: address(),
          ca: undefined,
          keyPrefix: prefix,
          commandTimeoutMs: 2_000,
        };
        const store = await createStore(name, { ...settings, ...overrides }, logger);
        opened.push(store);
        await store.connect();
        return store;
      };
      const store = await open();
      const [seconds] = await probe.time();
      try {
        await work({
          store,
          prefix,
          today: Math.floor(Number(seconds) / DAY_SECONDS),
          open,
          async apply(...envelopes) {
            const result = await store.apply({ envelopes, positions: [] });
            assert.ok(result.kind === 'applied');
            return [result.stored, result.duplicates];
          },
          days: (...keys) => Promise.all(keys.map((key) => probe.hget(prefix + bucketOf(key), key))),
        });
      } finally {
        await Promise.all(opened.map((each) => each.close()));
      }
    };

    it(
      'needs at most 40 bytes a key',
      withStore(async ({ apply, prefix }) => {
        const keys = 300_000;
        for (let first = 0; first < keys; first += 1_000) {
          await apply(
            ...Array.from({ length: 1_000 }, (_, i) => keyed(String(first + i).padStart(22, 'k'), 0)),
          );
        }
        let bytes = 0;
        let cursor = '0';
        do {
          const [next, found] = await probe.scan(cursor, 'MATCH', `${prefix}seen:*`, 'COUNT', 1_000);
          cursor = next;
          const pipeline = probe.pipeline();
          for (const key of found) pipeline.call('MEMORY', 'USAGE', key);
          for (const [, size] of (await pipeline.exec()) ?? []) bytes += Number(size);
        } while (cursor !== '0');
        assert.ok(bytes / keys > 20 && bytes / keys <= 40, `${bytes / keys} bytes a key`);
      }),
    );

    it(
      'records the day of the last use, and lets a bucket live for the days to keep after it',
      withStore(async ({ apply, days, prefix, today }) => {
        await apply(keyed('one', 0));
        assert.deepEqual(await days('one'), [String(today)]);
        assert.equal(await probe.hget(prefix + bucketOf('one'), ''), `${today}:${DAYS_KEPT}`);
        const seconds = await probe.ttl(prefix + bucketOf('one'));
        assert.ok(seconds > 5 * DAY_SECONDS - 60 && seconds <= 5 * DAY_SECONDS, `${seconds}`);
      }),
    );

    it(
      'renews a key that comes again, whatever day it was stored',
      withStore(async ({ apply, days, prefix, today }) => {
        await apply(keyed('again', 0));
        const bucket = prefix + bucketOf('again');
        await probe.hset(bucket, { again: today - DAYS_KEPT, '': `${today - DAYS_KEPT}:${DAYS_KEPT}` });
        await probe.expire(bucket, 100);
        assert.deepEqual(await apply(keyed('again', 0)), [0, 1]);
        assert.deepEqual(await days('again'), [String(today)]);
        assert.ok((await probe.ttl(bucket)) > 4 * DAY_SECONDS);
      }),
    );

    it(
      'renews a key that comes again after its time but before a sweep',
      withStore(async ({ apply, days, prefix, today }) => {
        await apply(keyed('late', 0));
        await probe.hset(prefix + bucketOf('late'), { late: today - 9, '': `${today - 9}:${DAYS_KEPT}` });
        assert.deepEqual(await apply(keyed('late', 0)), [0, 1]);
        assert.deepEqual(await days('late'), [String(today)]);
      }),
    );

    it(
      'keeps the day of a key when the clock of the server was set back',
      withStore(async ({ apply, days, prefix, today }) => {
        await apply(keyed('ahead', 0));
        await probe.hset(prefix + bucketOf('ahead'), { ahead: today + 2, '': `${today + 2}:${DAYS_KEPT}` });
        assert.deepEqual(await apply(keyed('ahead', 0)), [0, 1]);
        assert.deepEqual(await days('ahead'), [String(today + 2)]);
      }),
    );

    it(
      'removes a key a day after its time, no earlier, and the mark shows it',
      withStore(async ({ store, apply, days, prefix, today }) => {
        const [kept, gone, fresh] = namesBy(3, true) as [string, string, string];
        await apply(keyed(kept, 0), keyed(gone, 0));
        await probe.hset(prefix + bucketOf(kept), {
          [kept]: today - DAYS_KEPT,
          [gone]: today - DAYS_KEPT - 1,
          '': `${today - 1}:${DAYS_KEPT}`,
        });
        const mark = await store.expiryMark();
        assert.equal(await store.identities(), 2);
        await apply(keyed('elsewhere', 0));
        assert.equal(await store.expiryMark(), mark);
        await apply(keyed(fresh, 0));
        assert.deepEqual(await days(kept, gone, fresh), [String(today - DAYS_KEPT), null, String(today)]);
        assert.equal(await store.identities(), 3);
        assert.notEqual(await store.expiryMark(), mark);
        assert.deepEqual(await apply(keyed(kept, 0), keyed(gone, 0)), [1, 1]);
      }),
    );

    it(
      'sweeps a few buckets at a time, and renews the life of all',
      withStore(async ({ apply, prefix, today }) => {
        const names = namesBy(150, false);
        await apply(...names.map((key) => keyed(key, 0)));
        for (const key of names) {
          const bucket = prefix + bucketOf(key);
          await probe.hset(bucket, { old: today - 9, '': `${today - 1}:${DAYS_KEPT}` });
          await probe.expire(bucket, 100);
        }
        const left = async () => {
          const found = await Promise.all(names.map((key) => probe.hexists(prefix + bucketOf(key), 'old')));
          return found.reduce((sum, n) => sum + n, 0);
        };
        for (const expected of [86, 22, 0, 0]) {
          assert.deepEqual(await apply(...names.map((key) => keyed(key, 0))), [0, 150]);
          assert.equal(await left(), expected);
        }
        const lives = await Promise.all(names.map((key) => probe.ttl(prefix + bucketOf(key))));
        assert.ok(Math.min(...lives) > 4 * DAY_SECONDS, `${Math.min(...lives)}`);
        assert.equal(await probe.hget(`${prefix}offsets`, '#swept'), '150');
      }),
    );

    it(
      'keeps keys for the longer time as soon as it is configured',
      withStore(async ({ apply, prefix, open, today }) => {
        await apply(keyed('longer', 0));
        const longer = await open({ keyRetentionHours: 200 });
        await longer.apply({ envelopes: [keyed('longer', 0)], positions: [] });
        const bucket = prefix + bucketOf('longer');
        assert.equal(await probe.hget(bucket, ''), `${today}:9`);
        const seconds = await probe.ttl(bucket);
        assert.ok(seconds > 10 * DAY_SECONDS - 60 && seconds <= 10 * DAY_SECONDS, `${seconds}`);
        // A consumer that has the shorter time still does not shorten it.
        await apply(keyed('longer', 0));
        assert.ok((await probe.ttl(bucket)) > 9 * DAY_SECONDS);
      }),
    );

    it(
      'keeps the other messages of a request in a bitmap',
      withStore(async ({ apply, prefix }) => {
        const request = [0, 1, 2, 9].map((sequence) => keyed('several', sequence));
        assert.deepEqual(await apply(...request), [4, 0]);
        const bits = await Promise.all(
          [0, 1, 2, 3, 9].map((bit) => probe.getbit(`${prefix}seen:k:several`, bit)),
        );
        assert.deepEqual(bits, [0, 1, 1, 0, 1]);
        assert.deepEqual(await apply(...request), [0, 4]);
      }),
    );

    for (const [field, value] of [
      ['#bucketsFrom', 'soon'],
      ['#swept', '1.5'],
    ] as const) {
      it(
        `writes nothing where offsets ${field} holds '${value}'`,
        withStore(async ({ store, prefix }) => {
          await probe.hset(`${prefix}offsets`, field, value);
          await assert.rejects(store.apply({ envelopes: [keyed('a', 0)], positions: [] }), {
            code: 'STORE_REJECTED',
            message: new RegExp(`offsets ${field} holds ${value}`),
          });
          assert.deepEqual(await probe.keys(`${prefix}*`), [`${prefix}offsets`]);
        }),
      );
    }

    describe('in a store of an earlier release', () => {
      /** What the earlier release left behind: every message of a request in a bitmap. */
      const leaveBehind = async (prefix: string, ...keys: readonly string[]): Promise<void> => {
        for (const key of keys) await probe.set(`${prefix}seen:k:${key}`, '\x40', 'EX', 1_000);
        for (const key of keys) await probe.setbit(`${prefix}seen:k:${key}`, 0, 1);
        await probe.set(`${prefix}total_messages`, 2 * keys.length);
        await probe.hset(`${prefix}country_counts`, 'ES', 2 * keys.length);
      };
      const bits = (prefix: string, ...keys: readonly string[]) =>
        Promise.all(keys.map((key) => probe.getbit(`${prefix}seen:k:${key}`, 0)));

      it(
        'keeps to bitmaps, which its consumers know, for a day at least',
        withStore(async ({ store, apply, days, prefix, today, open }) => {
          await leaveBehind(prefix, 'left', 'alone');
          assert.deepEqual(await apply(keyed('left', 0), keyed('left', 1), keyed('new', 0)), [1, 2]);
          assert.deepEqual(await apply(keyed('alone', 0)), [0, 1]);
          for (const key of ['left', 'alone'])
            assert.ok((await probe.ttl(`${prefix}seen:k:${key}`)) > 300_000, key);
          assert.deepEqual(await bits(prefix, 'left', 'new'), [1, 1]);
          assert.deepEqual(await days('left', 'new'), [null, null]);
          assert.equal(await probe.hget(`${prefix}offsets`, '#bucketsFrom'), String(today + 2));
          assert.deepEqual(await apply(keyed('new', 0), keyed('left', 0), produced('p', 0)), [1, 2]);
          const other = await open();
          const again = await other.apply({ envelopes: [keyed('new', 0)], positions: [] });
          assert.ok(again.kind === 'applied' && again.duplicates === 1);
          assert.equal(await store.identities(), 6);
        }),
      );

      for (const daysAgo of [0, DAYS_KEPT]) {
        it(
          `moves keys from bitmaps to buckets when they are used, ${daysAgo} days after the first bucket`,
          withStore(async ({ store, apply, days, prefix, today, open }) => {
            await leaveBehind(prefix, 'first', 'second');
            await probe.hset(`${prefix}offsets`, '#bucketsFrom', today - daysAgo);
            assert.deepEqual(await apply(keyed('first', 0), keyed('new', 0)), [1, 1]);
            assert.deepEqual(await days('first', 'second', 'new'), [String(today), null, String(today)]);
            assert.deepEqual(await bits(prefix, 'first', 'second', 'new'), [0, 1, 0]);
            assert.deepEqual(await apply(keyed('second', 0), keyed('second', 1), keyed('new', 0)), [0, 3]);
            assert.equal(await store.identities(), 5);
            assert.equal((await store.totals()).total, 5);
            // They stay known when bitmaps are not read any more.
            await probe.hset(`${prefix}offsets`, '#bucketsFrom', today - DAYS_KEPT - 1);
            const later = await open();
            const again = await later.apply({
              envelopes: [keyed('first', 0), keyed('second', 0)],
              positions: [],
            });
            assert.ok(again.kind === 'applied' && again.duplicates === 2);
          }),
        );
      }

      it(
        'knows what is in buckets when it has gone back to the earlier release and come again',
        withStore(async ({ apply, prefix }) => {
          await apply(keyed('bucket', 0));
          await leaveBehind(prefix, 'left');
          await probe.hdel(`${prefix}offsets`, '#bucketsFrom');
          assert.deepEqual(await apply(keyed('bucket', 0), keyed('left', 0), keyed('new', 0)), [1, 2]);
        }),
      );

      it(
        'looks no more for bitmaps once they have expired',
        withStore(async ({ apply, days, prefix, today, open }) => {
          await leaveBehind(prefix, 'left');
          await probe.hset(`${prefix}offsets`, '#bucketsFrom', today - DAYS_KEPT - 1);
          assert.deepEqual(await apply(keyed('left', 0)), [1, 0]);
          assert.deepEqual(await days('left'), [String(today)]);
          // A longer time to keep keys makes those bitmaps matter again.
          await leaveBehind(prefix, 'longer');
          const longer = await open({ keyRetentionHours: 200 });
          const result = await longer.apply({ envelopes: [keyed('longer', 0)], positions: [] });
          assert.ok(result.kind === 'applied' && result.duplicates === 1);
        }),
      );
    });
  });
}
