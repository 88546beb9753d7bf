// first: stops and restarts a server, and waits for time-outs
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Envelope } from '../../../src/message/envelope.ts';
import { SLOTS } from '../../../src/stores/ignite/ignite-layout.ts';
import { Cache } from '../../../src/stores/ignite/thin-client/caches.ts';
import { runTransaction } from '../../../src/stores/ignite/thin-client/transactions.ts';
import type { ApplyResult, CountStore, StoreBatch, StoreSettings } from '../../../src/stores/index.ts';
import {
  eventually,
  type FaultyProxy,
  startFaultyProxy,
  useServers,
  watchConnections,
} from '../../support/index.ts';
import { keyed, produced } from '../count-store.conformance.ts';
import { createIgniteBed, type IgniteBed } from './ignite-bed.ts';

const END_OF_TRANSACTION = 4_001;
const BATCH = 100;
/** Of stores whose commands are to time out. */
const SHORT_MS = 500;

const servers = useServers('ignite');

const unavailable = { code: 'STORE_UNAVAILABLE', retriable: true };

/** Whether a request ends a transaction with a commit. */
function isCommit(request: Buffer): boolean {
  return request.readInt16LE(4) === END_OF_TRANSACTION && request.at(-1) === 1;
}

/** A batch of a log: messages of one producer, and the position after them. */
function logBatch(producer: string, first: number, messages = BATCH): StoreBatch {
  const envelopes = Array.from({ length: messages }, (_, i) => produced(producer, first + i));
  const position = { source: `${producer}:0`, expected: first === 0 ? null : first, next: first + messages };
  return { envelopes, positions: [position] };
}

describe('Ignite that fails', () => {
  let bed: IgniteBed;
  let proxy: FaultyProxy | undefined;
  beforeEach(() => {
    bed = createIgniteBed(servers());
  });
  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
    await bed.remove();
  });

  /** Opens a store behind a proxy. */
  const openBehindProxy = async (overrides: Partial<StoreSettings> = {}): Promise<CountStore> => {
    const url = new URL(bed.settings.url);
    proxy = await startFaultyProxy({ host: url.hostname, port: Number(url.port) });
    url.port = String(proxy.port);
    return bed.open({ url: url.href, ...overrides });
  };
  const ready = (store: CountStore): Promise<unknown> =>
    eventually(
      () => store.totals(),
      () => true,
      { pastErrors: true },
    );
  /** Repeats a batch until the store has decided it, as a consumer does. */
  const applied = (store: CountStore, batch: StoreBatch): Promise<ApplyResult> =>
    eventually(
      () => store.apply(batch),
      () => true,
      { pastErrors: true, everyMs: 20 },
    );
  const assertExact = async (store: CountStore, messages: number): Promise<void> => {
    const rows = await bed.rows();
    // Together: which of them are short says what was lost.
    assert.deepEqual(
      {
        counted: (await store.totals()).total,
        identities: await store.identities(),
        rows: rows.length,
        distinct: new Set(rows.map(({ scope, sequence }) => `${scope}:${sequence}`)).size,
      },
      { counted: messages, identities: messages, rows: messages, distinct: messages },
    );
  };

  it('loses nothing when it is killed in the middle of batches, three times', async () => {
    const store = await bed.open();
    const batches = 60;
    const done = { log: 0, queue: 0, kills: 0 };
    const log = async (): Promise<void> => {
      for (let first = 0; first < batches * BATCH; first += BATCH) {
        const batch = logBatch('log', first);
        const result = await applied(store, batch);
        // A batch that was stored before its reply was lost has moved its position, no further than its own end.
        if (result.kind === 'moved') assert.deepEqual(result.positions, new Map([['log:0', first + BATCH]]));
        done.log += 1;
      }
    };
    const queue = async (): Promise<void> => {
      for (let batch = 0; batch < batches; batch += 1) {
        const envelopes: Envelope[] = Array.from({ length: BATCH }, (_, i) =>
          i % 2 === 0 ? produced('queue', batch * BATCH + i) : keyed(`key-${batch}-${i}`, 0, 'JP'),
        );
        await applied(store, { envelopes, positions: [] });
        done.queue += 1;
      }
    };
    const kill = async (): Promise<void> => {
      for (const share of [0.2, 0.5, 0.8]) {
        await eventually(
          () => done,
          (now) => now.log >= share * batches && now.queue >= share * batches,
          { everyMs: 1 },
        );
        await servers().kill('ignite');
        done.kills += 1;
        await servers().start('ignite');
      }
    };
    await Promise.all([log(), queue(), kill()]);
    assert.equal(done.kills, 3);
    assert.deepEqual(await store.positions(['log:0']), new Map([['log:0', batches * BATCH]]));
    await assertExact(store, 2 * batches * BATCH);
  });

  it('settles every promise while it is suspended, and is exact afterwards', async () => {
    const store = await bed.open({ commandTimeoutMs: SHORT_MS });
    await applied(store, logBatch('stop', 0));
    const running = store.apply(logBatch('stop', BATCH)).catch((error: unknown) => error);
    await servers().kill('ignite', 'SIGSTOP');
    try {
      await assert.rejects(store.totals(), unavailable);
      await assert.rejects(store.apply(logBatch('stop', BATCH)), unavailable);
      await running;
    } finally {
      await servers().kill('ignite', 'SIGCONT');
    }
    await applied(store, logBatch('stop', BATCH));
    assert.deepEqual(await store.positions(['stop:0']), new Map([['stop:0', 2 * BATCH]]));
    await assertExact(store, 2 * BATCH);
  });

  it('is found to have committed when the reply to a commit is lost, by position and by identity', async () => {
    const store = await openBehindProxy();
    const batches = [logBatch('lost', 0), { envelopes: logBatch('kept', 0).envelopes, positions: [] }];
    for (const batch of batches) {
      const heldBefore = proxy?.repliesHeldBack ?? 0;
      const isHeld = proxy?.holdReplies(isCommit);
      const lost = store.apply(batch);
      await isHeld;
      await eventually(
        () => proxy?.repliesHeldBack,
        (held) => (held ?? 0) > heldBefore,
      );
      proxy?.refuse();
      await assert.rejects(lost, unavailable);
      proxy?.pass();
      await ready(store);
      const again = await store.apply(batch);
      if (batch.positions.length > 0)
        assert.deepEqual(again, { kind: 'moved', positions: new Map([['lost:0', BATCH]]) });
      else assert.deepEqual(again.kind === 'applied' && [again.stored, again.duplicates], [0, BATCH]);
    }
    await assertExact(store, 2 * BATCH);
  });

  it('has nothing of a batch whose commit did not reach it', async () => {
    const store = await openBehindProxy();
    const isHeld = proxy?.holdReplies((request) => request.readInt16LE(4) === END_OF_TRANSACTION - 1);
    const lost = store.apply(logBatch('early', 0));
    await isHeld;
    proxy?.refuse();
    await assert.rejects(lost, unavailable);
    proxy?.pass();
    const result = await applied(store, logBatch('early', 0));
    assert.ok(result.kind === 'applied' && result.stored === BATCH);
    await assertExact(store, BATCH);
  });

  it('is exact while replies are swallowed and connections are reset', async () => {
    const store = await openBehindProxy({ commandTimeoutMs: SHORT_MS });
    for (let first = 0; first < 20 * BATCH; first += BATCH) {
      if (first % (4 * BATCH) === 0) proxy?.resetInsteadOfReplies(3);
      if (first % (5 * BATCH) === 0) proxy?.swallowReplies();
      const batch = logBatch('net', first);
      let failures = 0;
      const result = await eventually(
        async () => {
          try {
            return await store.apply(batch);
          } catch (error) {
            failures += 1;
            if (failures === 2) proxy?.pass();
            throw error;
          }
        },
        () => true,
        { pastErrors: true, everyMs: 20 },
      );
      if (result.kind === 'moved') assert.deepEqual(result.positions, new Map([['net:0', first + BATCH]]));
    }
    assert.ok((proxy?.repliesHeldBack ?? 0) > 0);
    await assertExact(store, 20 * BATCH);
  });

  it('does not stay on a connection that has fallen silent', async () => {
    const connections = watchConnections();
    try {
      const store = await bed.open({ commandTimeoutMs: SHORT_MS });
      assert.equal(connections.silence(Number(new URL(bed.settings.url).port)), 1);
      await assert.rejects(store.totals(), unavailable);
      await ready(store);
    } finally {
      connections.stop();
    }
  });

  it('counts once what several consumers store at the same time, in any order', async () => {
    const stores = await Promise.all([bed.open(), bed.open(), bed.open()]);
    const envelopes = Array.from({ length: 5 * BATCH }, (_, i) =>
      i % 3 === 0 ? keyed(`shared-${i}`, 0) : produced('shared', i),
    );
    const orders = [
      envelopes,
      envelopes.toReversed(),
      envelopes.toSorted((a, b) => (a.sequence % 7) - (b.sequence % 7)),
    ];
    let stored = 0;
    for (let round = 0; round < 5; round += 1) {
      const part = orders.map((order) => order.filter((_, i) => i % 5 <= round));
      const results = await Promise.all(
        stores.map((store, i) => store.apply({ envelopes: part[i] as Envelope[], positions: [] })),
      );
      for (const result of results) if (result.kind === 'applied') stored += result.stored;
    }
    assert.equal(stored, 5 * BATCH);
    await assertExact(stores[0] as CountStore, 5 * BATCH);
  });

  it('adds to the counts what consumers count in the same slot at the same time', async () => {
    // More consumers than slots, so that some share one.
    const stores = await Promise.all(Array.from({ length: SLOTS.length + 1 }, () => bed.open()));
    const rounds = 8;
    await Promise.all(
      stores.map(async (store, number) => {
        for (let first = 0; first < rounds * 5; first += 5)
          await applied(store, logBatch(`slots-${number}`, first, 5));
      }),
    );
    await assertExact(stores[0] as CountStore, stores.length * rounds * 5);
  });

  it('lets one of two owners of a position store, and shows the other where it is', async () => {
    const stores = await Promise.all([bed.open(), bed.open()]);
    const results = await Promise.all(stores.map((store) => store.apply(logBatch('owned', 0))));
    assert.deepEqual(results.map(({ kind }) => kind).sort(), ['applied', 'moved']);
    const moved = results.find((result) => result.kind === 'moved');
    assert.deepEqual(moved, { kind: 'moved', positions: new Map([['owned:0', BATCH]]) });
    await assertExact(stores[0] as CountStore, BATCH);
  });

  it('waits for a lock no longer than for a reply, and stores once it is free', async () => {
    const store = await bed.open({ commandTimeoutMs: SHORT_MS });
    await applied(store, logBatch('locked', 0));
    const probe = await bed.probe();
    await runTransaction(probe, { timeoutMs: 60_000, label: 'holder' }, async (transaction) => {
      await new Cache(probe, bed.names.positions, transaction).get('locked:0');
      await assert.rejects(store.apply(logBatch('locked', BATCH)), unavailable);
      return { commit: false, result: undefined };
    });
    await applied(store, logBatch('locked', BATCH));
    await assertExact(store, 2 * BATCH);
  });
});
