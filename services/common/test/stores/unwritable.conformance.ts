import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import { Redis } from 'ioredis';
import { AppError } from '../../src/errors.ts';
import { createLogger } from '../../src/logging.ts';
import { type CountStore, createStore, type StoreName } from '../../src/stores/index.ts';
import { keyed, produced } from './count-store.conformance.ts';

const logger = createLogger('test', 'silent');

/** Requirements on a store whose server cannot write: report why, change nothing, and recover with the server. */
export function describeUnwritable(name: StoreName, address: () => string): void {
  describe(`${name} while its server cannot write`, () => {
    const prefix = `${randomUUID()}:`;
    const clientName = `test-${randomUUID()}`;
    const batch = { envelopes: [produced('p', 0), produced('p', 1), keyed('k', 0)], positions: [] };
    let store: CountStore;
    let probe: Redis;
    before(async () => {
      probe = new Redis(address());
      const settings = {
        clientName,
        url: address(),
        ca: undefined,
        keyPrefix: prefix,
        commandTimeoutMs: 2_000,
      };
      store = await createStore(name, settings, logger);
      await store.connect();
    });
    afterEach(async () => {
      await probe.config('SET', 'maxmemory', '0');
      await probe.config('SET', 'replica-serve-stale-data', 'yes');
      await probe.replicaof('NO', 'ONE');
    });
    after(async () => {
      await store.close();
      probe.disconnect();
    });

    /** ID of the store's connection on the server; undefined if there is none. */
    const connection = async (): Promise<string | undefined> => {
      const clients = String(await probe.client('LIST')).split('\n');
      return /^id=(\d+) /.exec(clients.find((line) => line.includes(` name=${clientName} `)) ?? '')?.[1];
    };
    const untilReconnected = async (earlier: string | undefined): Promise<void> => {
      for (let current = earlier; current === earlier || current === undefined || !store.isReady(); ) {
        current = await connection();
      }
    };
    const assertRefused = async (reason: RegExp): Promise<void> => {
      await assert.rejects(store.apply(batch), (error) => {
        assert.ok(error instanceof AppError);
        assert.deepEqual([error.code, error.retriable], ['STORE_UNAVAILABLE', true], error.message);
        assert.match(error.message, reason);
        return true;
      });
    };
    const assertWritten = async (): Promise<void> => {
      const result = await store.apply(batch);
      assert.ok(result.kind === 'applied');
      assert.equal(await store.identities(), (await store.totals()).total);
      assert.equal((await store.totals()).total, 3);
    };

    it('writes nothing while full, and everything once there is room', async () => {
      assert.equal(((await probe.config('GET', 'maxmemory-policy')) as string[])[1], 'noeviction');
      await probe.config('SET', 'maxmemory', '1');
      await assertRefused(/OOM/);
      await assertRefused(/OOM/);
      assert.deepEqual(await probe.keys(`${prefix}*`), []);
      await probe.config('SET', 'maxmemory', '0');
      const result = await store.apply(batch);
      assert.deepEqual(result.kind === 'applied' && [result.stored, result.duplicates], [3, 0]);
      await assertWritten();
    });

    it('disconnects from a demoted primary, so that its address can resolve to the new one', async () => {
      const earlier = await connection();
      await probe.replicaof('127.0.0.1', '1');
      await assertRefused(/READONLY/);
      await untilReconnected(earlier);
      await probe.replicaof('NO', 'ONE');
      await assertWritten();
    });

    it('disconnects from a replica that has lost its primary', async () => {
      const earlier = await connection();
      await probe.config('SET', 'replica-serve-stale-data', 'no');
      await probe.replicaof('127.0.0.1', '1');
      await assertRefused(/MASTERDOWN/);
      await untilReconnected(earlier);
      await probe.replicaof('NO', 'ONE');
      await assertWritten();
    });
  });
}
