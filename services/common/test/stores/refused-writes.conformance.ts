import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { Redis } from 'ioredis';
import { createLogger } from '../../src/logging.ts';
import { type CountStore, createStore, type StoreName } from '../../src/stores/index.ts';
import { bucketOf } from '../../src/stores/key-buckets.ts';
import { keyed, produced } from './count-store.conformance.ts';

const logger = createLogger('test', 'silent');
const script = readFileSync(new URL('../../src/stores/apply-batch.lua', import.meta.url), 'utf8');

/** All commands of the script, so that a new one is tested as well. */
const commands = [
  ...new Set(
    [...script.matchAll(/redis\.p?call\(\s*'(\w+)'/g)].map((match) => String(match[1]).toLowerCase()),
  ),
];

/** Requirements on a store whose server refuses a command: write nothing of the batch, and report why. */
export function describeRefusals(name: StoreName, address: () => string): void {
  describe(`${name} refuses a command`, () => {
    let probe: Redis;
    before(() => {
      probe = new Redis(address());
    });
    after(() => probe.disconnect());

    const open = async (keyPrefix: string, user?: string): Promise<CountStore> => {
      const url = new URL(address());
      if (user !== undefined) {
        url.username = user;
        url.password = 'secret';
      }
      const settings = {
        clientName: 'test',
        url: url.href,
        ca: undefined,
        keyPrefix,
        commandTimeoutMs: 2_000,
      };
      const store = await createStore(name, settings, logger);
      await store.connect();
      return store;
    };

    // One of each: a new bitmap, a known one, a run, single identities, a new bucket and one to be swept.
    const earlier = [produced('known', 0), produced('known', 1), keyed('known', 0)];
    const batch = {
      envelopes: [
        produced('run', 0, 'ES'),
        produced('run', 1, 'FR'),
        produced('single', 9, 'ES'),
        produced('known', 1, 'ES'),
        produced('known', 2, 'ES'),
        keyed('once', 0, 'JP', 'rainy'),
        keyed('twice', 1, 'JP'),
        keyed('twice', 2, 'JP'),
        keyed('lonely', 3, 'JP'),
        keyed('known', 0, 'JP'),
      ],
      positions: [{ source: 't:0', expected: null, next: 9 }],
    };

    /** Reads all keys with their contents. */
    const dump = async (prefix: string): Promise<Map<string, string>> => {
      const keys = (await probe.keys(`${prefix}*`)).sort();
      const contents = await Promise.all(keys.map((key) => probe.dumpBuffer(key)));
      return new Map(keys.map((key, index) => [key, contents[index]?.toString('hex') ?? '']));
    };

    it('finds the commands that the script uses', () => {
      for (const command of ['setrange', 'setbit', 'set', 'expire', 'hincrby', 'incrby', 'hset']) {
        assert.ok(commands.includes(command), command);
      }
    });

    for (const command of commands) {
      it(`writes nothing without the right to ${command}, and everything once it is granted`, async () => {
        const prefix = `${randomUUID()}:`;
        const user = `test-${randomUUID()}`;
        const admin = await open(prefix);
        await admin.apply({ envelopes: earlier, positions: [] });
        // A bucket that the batch sweeps: its time is long past, and one key in it was not used since.
        await probe.hset(prefix + bucketOf('known'), { idle: 1, '': '1:4' });
        await probe.acl('SETUSER', user, 'on', '>secret', '~*', '+@all', `-${command}`);
        const store = await open(prefix, user);
        try {
          const untouched = await dump(prefix);
          for (let attempt = 1; attempt <= 2; attempt += 1) {
            await assert.rejects(
              store.apply(batch),
              (error: Error & { code?: string; retriable?: boolean }) => {
                assert.deepEqual([error.code, error.retriable], ['STORE_UNAVAILABLE', true], error.message);
                assert.match(error.message, new RegExp(`NOPERM.*\\b${command}\\b`, 'i'));
                return true;
              },
            );
            assert.deepEqual(await dump(prefix), untouched);
          }
          await probe.acl('SETUSER', user, `+${command}`);
          const result = await store.apply(batch);
          assert.ok(result.kind === 'applied');
          assert.deepEqual([result.stored, result.duplicates], [8, 2]);
          assert.deepEqual((await store.totals()).byCountry, { ES: 6, FR: 1, JP: 4 });
          assert.equal(await store.identities(), 11);
          assert.equal(await probe.hget(`${prefix}offsets`, '#swept'), '1');
        } finally {
          await store.close();
          await admin.close();
          await probe.acl('DELUSER', user);
        }
      });
    }

    for (const kind of ['p', 'k', 'h']) {
      it(`writes nothing if it may not write seen:${kind}:*`, async () => {
        const prefix = `${randomUUID()}:`;
        const user = `test-${randomUUID()}`;
        const rights = ['*_counts', 'total_messages', 'offsets', 'seen:p:*', 'seen:k:*', 'seen:h:*'].map(
          (pattern) => `${pattern.startsWith(`seen:${kind}`) ? '%R~' : '~'}${prefix}${pattern}`,
        );
        await probe.acl('SETUSER', user, 'on', '>secret', '+@all', ...rights);
        const store = await open(prefix, user);
        try {
          await assert.rejects(store.apply(batch), { code: 'STORE_UNAVAILABLE', message: /NOPERM/ });
          assert.deepEqual([...(await dump(prefix)).keys()], []);
        } finally {
          await store.close();
          await probe.acl('DELUSER', user);
        }
      });
    }

    const unusable = [
      ['country_counts', 'ES', 'many'],
      ['country_counts', 'JP', '1.5'],
      ['weather_counts', 'rainy', ''],
      ['weather_counts', 'sunny', '9223372036854775807'],
      ['total_messages', undefined, '12 monkeys'],
    ] as const;
    for (const [suffix, field, value] of unusable) {
      it(`writes nothing if ${suffix} ${field ?? ''} contains '${value}'`, async () => {
        const prefix = `${randomUUID()}:`;
        const store = await open(prefix);
        if (field === undefined) await probe.set(prefix + suffix, value);
        else await probe.hset(prefix + suffix, field, value);
        const untouched = await dump(prefix);
        for (let attempt = 1; attempt <= 2; attempt += 1) {
          await assert.rejects(
            store.apply(batch),
            (error: Error & { code?: string; retriable?: boolean }) => {
              assert.deepEqual([error.code, error.retriable], ['STORE_REJECTED', false], error.message);
              assert.ok(error.message.includes(prefix + suffix), error.message);
              return true;
            },
          );
          assert.deepEqual(await dump(prefix), untouched);
        }
        await store.close();
      });
    }

    for (const suffix of [bucketOf('once'), 'seen:k:twice', 'seen:p:run:0', 'seen:p:single:0', 'offsets']) {
      it(`writes nothing if ${suffix} is a list`, async () => {
        const prefix = `${randomUUID()}:`;
        const store = await open(prefix);
        await probe.rpush(prefix + suffix, 'x');
        const untouched = await dump(prefix);
        await assert.rejects(store.apply(batch), { code: 'STORE_REJECTED', retriable: false });
        assert.deepEqual(await dump(prefix), untouched);
        await store.close();
      });
    }
  });
}
