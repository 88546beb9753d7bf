import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { Redis } from 'ioredis';
import type { Servers } from '../../../../tools/servers/servers.ts';
import { createLogger } from '../../src/logging.ts';
import { type CountStore, createStore, type StoreName, type StoreSettings } from '../../src/stores/index.ts';
import { watchConnections } from '../support/index.ts';
import { describeStore, keyed, produced } from './count-store.conformance.ts';
import { describeKeyBuckets } from './key-buckets.conformance.ts';
import { describeRefusals } from './refused-writes.conformance.ts';
import { describeUnwritable } from './unwritable.conformance.ts';

const logger = createLogger('test', 'silent');

/** Additional requirements on a store with a server. */
export function describeScriptStore(name: StoreName, servers: () => Servers): void {
  const address = (): string => servers().addresses[name].url;
  const open = async (keyPrefix: string, overrides: Partial<StoreSettings> = {}): Promise<CountStore> => {
    const settings = {
      clientName: 'test',
      url: address(),
      ca: undefined,
      keyPrefix,
      commandTimeoutMs: 2_000,
    };
    const store = await createStore(name, { ...settings, ...overrides }, logger);
    await store.connect();
    return store;
  };

  describeStore(name, () => open(`${randomUUID()}:`));
  describeRefusals(name, address);
  describeKeyBuckets(name, address);
  describeUnwritable(name, address);

  describe(`${name} as a server`, () => {
    const prefix = `${randomUUID()}:`;
    let store: CountStore;
    let probe: Redis;
    before(async () => {
      store = await open(prefix);
      probe = new Redis(address());
      // The server is killed below; the driver reconnects automatically.
      probe.on('error', () => undefined);
      await probe.ping();
    });
    after(async () => {
      await store.close();
      probe.disconnect();
    });

    it('changes its expiry mark when a key expires, and only then', async () => {
      const mark = await store.expiryMark();
      assert.match(mark ?? '', /^[0-9a-f]+:\d+:\d+$/);
      await store.apply({ envelopes: [keyed('mark', 1)], positions: [] });
      assert.equal(await store.expiryMark(), mark);
      await probe.pexpire(`${prefix}seen:k:mark`, 1);
      while ((await probe.exists(`${prefix}seen:k:mark`)) === 1);
      assert.notEqual(await store.expiryMark(), mark);
    });

    it('keeps bits where SETBIT would set them, and keys expire', async () => {
      await store.apply({
        envelopes: [0, 1, 2, 9].map((sequence) => produced('bits', sequence)),
        positions: [],
      });
      const key = `${prefix}seen:p:bits:0`;
      const bits = await Promise.all([0, 1, 2, 3, 8, 9].map((bit) => probe.getbit(key, bit)));
      assert.deepEqual(bits, [1, 1, 1, 0, 0, 1]);
      assert.equal(await probe.strlen(key), 32_768);
      assert.ok((await probe.ttl(key)) > 13 * 86_400);
      await store.apply({
        envelopes: [keyed('single', 1), keyed('several', 1), keyed('several', 2)],
        positions: [],
      });
      for (const name of ['single', 'several']) {
        const seconds = await probe.ttl(`${prefix}seen:k:${name}`);
        assert.ok(seconds > 345_000 && seconds <= 96 * 3_600, `${name}: ${seconds}`);
      }
    });

    it('keeps the identities of keys for the configured time', async () => {
      const other = await open(prefix, { keyRetentionHours: 200 });
      await other.apply({ envelopes: [keyed('longer', 1)], positions: [] });
      const seconds = await probe.ttl(`${prefix}seen:k:longer`);
      assert.ok(seconds > 719_000 && seconds <= 200 * 3_600, `${seconds}`);
      await other.close();
    });

    it('renews the retention of an identity with every use, new or known', async () => {
      const uses = {
        'seen:p:renewed:0': [produced('renewed', 0), produced('renewed', 1)],
        'seen:p:renewed-single:0': [produced('renewed-single', 0)],
        'seen:k:renewed': [keyed('renewed', 1)],
        'seen:k:renewed-several': [keyed('renewed-several', 1), keyed('renewed-several', 2)],
      };
      for (const [suffix, envelopes] of Object.entries(uses)) {
        const key = `${prefix}${suffix}`;
        await store.apply({ envelopes, positions: [] });
        const fresh = await probe.ttl(key);
        // As if it had been stored long ago.
        assert.equal(await probe.expire(key, 100), 1);
        await store.apply({ envelopes, positions: [] });
        const seconds = await probe.ttl(key);
        assert.ok(seconds >= fresh - 60, `${suffix}: ${seconds} s after it was seen again, first ${fresh} s`);
      }
      const key = `${prefix}seen:p:renewed:0`;
      await probe.expire(key, 100);
      await store.apply({ envelopes: [produced('renewed', 2), produced('renewed', 3)], positions: [] });
      assert.ok((await probe.ttl(key)) > 13 * 86_400);
    });

    it('writes nothing if a key holds another type', async () => {
      const broken = `${randomUUID()}:`;
      const other = await open(broken);
      await probe.set(`${broken}offsets`, 'not a hash');
      await assert.rejects(
        other.apply({
          envelopes: [produced('x', 0), produced('x', 1)],
          positions: [{ source: 't:0', expected: null, next: 2 }],
        }),
        { code: 'STORE_REJECTED', retriable: false },
      );
      assert.deepEqual(await probe.keys(`${broken}*`), [`${broken}offsets`]);
      await other.close();
    });

    it('grows by at most 0.2 bytes per message', async () => {
      const messages = 2 ** 19;
      for (let first = 0; first < messages; first += 1_024) {
        await store.apply({
          envelopes: Array.from({ length: 1_024 }, (_, i) => produced('growth', first + i)),
          positions: [],
        });
      }
      const keys = await probe.keys(`${prefix}seen:p:growth:*`);
      const sizes = await Promise.all(keys.map((key) => probe.call('MEMORY', 'USAGE', key)));
      const bytes = sizes.reduce<number>((sum, size) => sum + Number(size), 0) / messages;
      assert.ok(bytes > 0.1 && bytes <= 0.2, `${bytes} bytes a message`);
    });

    it('has all acknowledged writes after a kill, and later calls do not wait', async () => {
      const batch = Array.from({ length: 500 }, (_, i) => produced('kill', i));
      await store.apply({ envelopes: batch, positions: [{ source: 'kill', expected: null, next: 500 }] });
      const totals = await store.totals();
      await servers().kill(name);
      await assert.rejects(store.apply({ envelopes: batch, positions: [] }), {
        code: 'STORE_UNAVAILABLE',
        retriable: true,
      });
      await servers().start(name);
      await untilReady(store);
      assert.deepEqual(await store.totals(), totals);
      assert.deepEqual(await store.positions(['kill']), new Map([['kill', 500]]));
      const again = await store.apply({ envelopes: batch, positions: [] });
      assert.ok(again.kind === 'applied' && again.stored === 0 && again.duplicates === 500);
    });

    it('does not stay on a connection that has fallen silent', async () => {
      // Connected again, also after a test that killed the server: the watch is to see one new connection.
      await Promise.all([probe.ping(), untilReady(store)]);
      const connections = watchConnections();
      const other = await open(prefix);
      try {
        await other.totals();
        assert.equal(connections.silence(Number(new URL(address()).port)), 1);
        await assert.rejects(other.totals(), { code: 'STORE_UNAVAILABLE', retriable: true });
        await untilReady(other);
      } finally {
        connections.stop();
        await other.close();
      }
    });

    it('settles every promise when the server stops answering', async () => {
      await servers().kill(name, 'SIGSTOP');
      try {
        await assert.rejects(store.totals(), { code: 'STORE_UNAVAILABLE' });
        await assert.rejects(store.apply({ envelopes: [produced('stop', 0)], positions: [] }), {
          code: 'STORE_UNAVAILABLE',
        });
      } finally {
        await servers().kill(name, 'SIGCONT');
      }
      await untilReady(store);
      const result = await store.apply({ envelopes: [produced('stop', 0)], positions: [] });
      assert.ok(result.kind === 'applied' && result.stored + result.duplicates === 1);
    });
  });
}

/** Waits until it responds. The test's own timeout is the limit. */
async function untilReady(store: CountStore): Promise<void> {
  for (;;) {
    try {
      await store.totals();
      return;
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
