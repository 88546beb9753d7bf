import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  cacheNames,
  destroyCache,
  getOrCreateCache,
  isTransactional,
} from '../../../../src/stores/ignite/thin-client/cache-configuration.ts';
import { Cache, cacheId } from '../../../../src/stores/ignite/thin-client/caches.ts';
import { activateCluster, clusterState } from '../../../../src/stores/ignite/thin-client/cluster.ts';
import type { Connection } from '../../../../src/stores/ignite/thin-client/connection.ts';
import { IgniteError } from '../../../../src/stores/ignite/thin-client/ignite-error.ts';
import { PayloadReader } from '../../../../src/stores/ignite/thin-client/payload-reader.ts';
import { PayloadWriter } from '../../../../src/stores/ignite/thin-client/payload-writer.ts';
import { runTransaction } from '../../../../src/stores/ignite/thin-client/transactions.ts';

/** A connection that records requests as `operation:hex` and answers with these bytes, in order. */
function recording(...answers: readonly (string | Error)[]) {
  const requests: string[] = [];
  const connection = {
    async request<T>(
      operation: number,
      write: (payload: PayloadWriter) => void,
      read: (answer: PayloadReader) => T,
    ): Promise<T> {
      const payload = new PayloadWriter();
      write(payload);
      const given = answers[requests.length];
      requests.push(`${operation}:${payload.bare().subarray(4).toString('hex')}`);
      if (given instanceof Error) throw given;
      return read(new PayloadReader(Buffer.from(given ?? '', 'hex')));
    },
    closed: new Promise<never>(() => undefined),
    close: () => undefined,
  } satisfies Connection;
  return { requests, connection };
}

/** Cache "c": its number, and no flags. */
const HEAD = '6300000000';
const K = '09010000006b';
const V = '090100000076';

describe('requests', () => {
  it("number a cache by Java's hash of its name", () => {
    assert.deepEqual(['', 'c', 'hello', 'polygenelubricants'].map(cacheId), [0, 99, 99_162_322, -(2 ** 31)]);
  });

  it('read and write entries', async () => {
    const { requests, connection } = recording(V, '', `01000000${K}${V}`, '', '01', '0500000000000000');
    const cache = new Cache(connection, 'c');
    assert.equal(await cache.get('k'), 'v');
    await cache.put('k', 'v');
    assert.deepEqual(await cache.getAll(['k', 'v']), new Map([['k', 'v']]));
    await cache.putAll([
      ['k', 'v'],
      ['v', null],
    ]);
    assert.equal(await cache.replaceIfEquals('k', 'v', 7), true);
    assert.equal(await cache.size(), 5);
    assert.deepEqual(requests, [
      `1000:${HEAD}${K}`,
      `1001:${HEAD}${K}${V}`,
      `1003:${HEAD}02000000${K}${V}`,
      `1004:${HEAD}02000000${K}${V}${V}65`,
      `1010:${HEAD}${K}${V}0307000000`,
      `1020:${HEAD}0100000002`,
    ]);
  });

  it('name their transaction', async () => {
    const { requests, connection } = recording('65');
    await new Cache(connection, 'c', 258).get('k');
    assert.deepEqual(requests, [`1000:630000000202010000${K}`]);
  });

  it('refuse entries that are not there', async () => {
    const { connection } = recording('ffffff7f', `01000000${K}`);
    const cache = new Cache(connection, 'c');
    await assert.rejects(cache.getAll(['k']), /claims 2147483647 items/);
    await assert.rejects(cache.getAll(['k']), /ends in the middle of a field/);
  });

  it('read a cache by pages, and close a cursor that is left early', async () => {
    const first = `0900000000000000${`01000000${K}${V}`}01`;
    const whole = recording(first, `01000000${V}${V}00`);
    const read = [];
    for await (const [key] of new Cache(whole.connection, 'c').scan(1)) read.push(key);
    assert.deepEqual(read, ['k', 'v']);
    assert.deepEqual(whole.requests, [`2000:${HEAD}6501000000ffffffff00`, '2001:0900000000000000']);

    const left = recording(first, '');
    for await (const [key] of new Cache(left.connection, 'c').scan(1)) if (key === 'k') break;
    assert.equal(left.requests.at(-1), '0:0900000000000000');
  });

  it('create transactional, synchronous caches in a group', async () => {
    const properties =
      '0000' + '090100000063' + '9001' + '090100000067' + '020000000000' + '030002000000' + '040000000000';
    const { requests, connection } = recording();
    await getOrCreateCache(connection, { name: 'c', group: 'g', backups: 2, keepMs: undefined });
    await getOrCreateCache(connection, { name: 'c', group: 'g', backups: 2, keepMs: 258 });
    const expiry = '970101' + '02010000000000000201000000000000' + 'feffffffffffffff';
    assert.deepEqual(requests, [`1054:240000000500${properties}`, `1054:3f0000000600${properties}${expiry}`]);
  });

  it('ask for caches', async () => {
    const { requests, connection } = recording(`01000000${K}`, '0800000000000000', '0800000001000000', '');
    assert.deepEqual(await cacheNames(connection), ['k']);
    assert.equal(await isTransactional(connection, 'c'), true);
    assert.equal(await isTransactional(connection, 'c'), false);
    await destroyCache(connection, 'c');
    assert.deepEqual(requests, ['1050:', `1055:${HEAD}`, `1055:${HEAD}`, '1056:63000000']);
  });

  it('read and change the state of the cluster', async () => {
    const { requests, connection } = recording('00', '01', '02', '03', '');
    for (const state of ['inactive', 'active', 'active, read-only'])
      assert.equal(await clusterState(connection), state);
    await assert.rejects(clusterState(connection), { kind: 'protocol' });
    await activateCluster(connection, 1_000);
    assert.equal(requests.at(-1), '5001:01');
  });
});

describe('a transaction', () => {
  const settings = { timeoutMs: 258, label: 'k' };
  const start = `4000:01010201000000000000${K}`;

  it('commits what its work wants committed', async () => {
    const { requests, connection } = recording('07000000', '');
    const result = await runTransaction(connection, settings, (transaction) =>
      Promise.resolve({ commit: true, result: transaction }),
    );
    assert.equal(result, 7);
    assert.deepEqual(requests, [start, '4001:0700000001']);
  });

  it('rolls back what its work does not, and what fails', async () => {
    const undone = recording('07000000', '');
    await runTransaction(undone.connection, settings, () => Promise.resolve({ commit: false, result: 0 }));
    assert.deepEqual(undone.requests, [start, '4001:0700000000']);

    const failed = recording('07000000', new IgniteError('connection', 'gone as well'));
    const work = () => Promise.reject(new Error('first'));
    await assert.rejects(runTransaction(failed.connection, settings, work), /first/);
    assert.deepEqual(failed.requests, [start, '4001:0700000000']);
  });

  it('fails when its commit does', async () => {
    const { connection } = recording('07000000', new IgniteError('connection', 'no answer'));
    const work = () => Promise.resolve({ commit: true, result: 0 });
    await assert.rejects(runTransaction(connection, settings, work), { kind: 'connection' });
  });
});
