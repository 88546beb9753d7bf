import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Logger } from '../../../src/logging.ts';
import { CACHE_GROUP, renewedRow } from '../../../src/stores/ignite/ignite-layout.ts';
import { prepareCaches } from '../../../src/stores/ignite/prepare-caches.ts';
import { cacheNames } from '../../../src/stores/ignite/thin-client/cache-configuration.ts';
import { Cache } from '../../../src/stores/ignite/thin-client/caches.ts';
import { activateCluster, clusterState } from '../../../src/stores/ignite/thin-client/cluster.ts';
import type { Connection } from '../../../src/stores/ignite/thin-client/connection.ts';
import type { CountStore } from '../../../src/stores/index.ts';
import { eventually, useServers } from '../../support/index.ts';
import { keyed, produced } from '../count-store.conformance.ts';
import { createIgniteBed, type IgniteBed } from './ignite-bed.ts';

const CREATE_WITH_NAME = 1_051;
const CHANGE_STATE = 5_001;
const DAY_MS = 86_400_000;

const servers = useServers('ignite');

/** Collects the reasons that a store logs. */
function recordingLogger(): { readonly logger: Logger; readonly reasons: string[] } {
  const reasons: string[] = [];
  const logger = {
    info: () => undefined,
    warn: ({ reason }: { reason: string }) => void reasons.push(reason),
  };
  return { logger: logger as unknown as Logger, reasons };
}

const batch = { envelopes: [produced('p', 0), keyed('k', 0)], positions: [] };

describe('a lane in Ignite', () => {
  let bed: IgniteBed;
  let probe: Connection;
  beforeEach(async () => {
    bed = createIgniteBed(servers());
    probe = await bed.probe();
  });
  afterEach(async () => {
    if ((await clusterState(probe)) !== 'active') await activateCluster(probe, 60_000);
    await bed.remove();
  });

  /** Waits until the store has logged a reason like this, and asserts that it waits without a connection. */
  const assertWaits = async (
    store: CountStore,
    reasons: readonly string[],
    reason: RegExp,
  ): Promise<void> => {
    await eventually(
      () => reasons,
      (all) => all.some((one) => reason.test(one)),
      { what: String(reason) },
    );
    assert.equal(store.isReady(), false);
    assert.match(store.unreadyReason?.() ?? '', reason);
    await assert.rejects(store.apply(batch), {
      code: 'STORE_UNAVAILABLE',
      retriable: true,
      message: new RegExp(`^ignite: .*${reason.source}`),
    });
  };
  const stored = async (store: CountStore): Promise<number> => {
    const result = await store.apply(batch);
    assert.ok(result.kind === 'applied');
    return result.stored + result.duplicates;
  };

  it('waits with the reason while the password is wrong', async () => {
    const { logger, reasons } = recordingLogger();
    const url = new URL(bed.settings.url);
    url.password = 'wrong';
    const store = await bed.create({ url: url.href }, logger);
    const connected = store.connect();
    await assertWaits(store, reasons, /the server refuses user or password: .*incorrect/);
    assert.equal(reasons.length, 1);
    assert.ok(!reasons[0]?.includes('wrong'));
    await Promise.all([store.close(), assert.rejects(connected, /closed before it was connected/)]);
  });

  it('waits for its caches if it may not make them, and works once another service has', async () => {
    const { logger, reasons } = recordingLogger();
    const store = await bed.create({ schema: 'check' }, logger);
    const connected = store.connect();
    await assertWaits(
      store,
      reasons,
      /there is no cache .*_messages, .*_counts, .*_positions; .*STORE_SCHEMA=create/,
    );
    assert.ok(!(await cacheNames(probe)).includes(bed.names.messages));
    await bed.open();
    await connected;
    assert.equal(await stored(store), 2);
  });

  it('waits while one of its caches is atomic, and says what to do', async () => {
    await probe.request(
      CREATE_WITH_NAME,
      (payload) => payload.value(bed.names.counts),
      () => undefined,
    );
    const { logger, reasons } = recordingLogger();
    const store = await bed.create({}, logger);
    store.connect().catch(() => undefined);
    await assertWaits(store, reasons, /the cache .*_counts is atomic, not transactional; destroy it/);
  });

  it('waits while the cluster is inactive, and one that may make caches activates it', async () => {
    const store = await bed.open({ schema: 'create' });
    await stored(store);
    await store.close();
    await probe.request(
      CHANGE_STATE,
      (payload) => payload.byte(0),
      () => undefined,
    );
    const { logger, reasons } = recordingLogger();
    const checking = await bed.create({ schema: 'check' }, logger);
    const connected = checking.connect();
    await assertWaits(checking, reasons, /the cluster is inactive; .*activates it/);
    const creating = await bed.open();
    assert.equal(await clusterState(probe), 'active');
    await connected;
    assert.equal(await stored(creating), 2);
    assert.equal((await checking.totals()).total, 2);
  });

  it('finds out that the cluster has become inactive, and that its caches are gone', async () => {
    const { logger, reasons } = recordingLogger();
    const store = await bed.create({ schema: 'check' }, logger);
    await bed.open();
    await store.connect();
    await stored(store);
    await probe.request(
      CHANGE_STATE,
      (payload) => payload.byte(0),
      () => undefined,
    );
    await assert.rejects(store.totals(), { code: 'STORE_UNAVAILABLE', retriable: true });
    await assertWaits(store, reasons, /the cluster is inactive/);
    await activateCluster(probe, 60_000);
    await eventually(
      () => store.isReady(),
      (isReady) => isReady,
    );
    assert.equal((await store.totals()).total, 2);
  });

  it('refuses data that no store has written, and changes nothing', async () => {
    const store = await bed.open();
    await stored(store);
    const counts = new Cache(probe, bed.names.counts);
    const positions = new Cache(probe, bed.names.positions);
    for await (const [slot] of counts.scan(10)) await counts.put(slot, 'many');
    const rejected = { code: 'STORE_REJECTED', retriable: false };
    const next = { envelopes: [produced('p', 1)], positions: [{ source: 't:0', expected: null, next: 1 }] };
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      await assert.rejects(store.apply(next), {
        ...rejected,
        message: /^ignite: the counts of slot \d+ are many, not counts$/,
      });
      await assert.rejects(store.totals(), rejected);
    }
    assert.equal(await store.identities(), 2);
    assert.deepEqual(await store.positions(['t:0']), new Map([['t:0', null]]));

    await positions.put('t:0', '{"next":"one"}');
    await assert.rejects(store.apply(next), { ...rejected, message: /the position of t:0 is / });
    await assert.rejects(store.positions(['t:0']), rejected);
    assert.equal(await store.identities(), 2);
    assert.equal(store.isReady(), true);
  });

  it('forgets messages after their time and keeps their counts', async () => {
    const requirements = { names: bed.names, schema: 'create', backups: 0, keepMs: 400 } as const;
    await prepareCaches(probe, requirements);
    const store = await bed.open();
    assert.equal(await store.expiryMark(), 'none');
    assert.equal(await stored(store), 2);
    await eventually(
      () => store.identities(),
      (identities) => identities === 0,
    );
    assert.equal((await store.totals()).total, 2);
    assert.deepEqual(await bed.rows(), []);
  });

  it('has a mark until the first messages may have expired, and none afterwards', async () => {
    const store = await bed.open();
    await stored(store);
    const mark = await store.expiryMark();
    assert.match(mark ?? '', /^none before \d+$/);
    await store.apply({ envelopes: [produced('p', 1)], positions: [] });
    assert.equal(await store.expiryMark(), mark);
    const counts = new Cache(probe, bed.names.counts);
    for await (const [slot, value] of counts.scan(10))
      await counts.put(
        slot,
        JSON.stringify({ ...JSON.parse(value as string), since: Date.now() - 14 * DAY_MS }),
      );
    assert.equal(await store.expiryMark(), null);
  });

  it('renews the retention of a message that comes again, once a day', async () => {
    const store = await bed.open();
    await stored(store);
    const messages = new Cache(probe, bed.names.messages);
    const fresh = await messages.get('p:p:0');
    await stored(store);
    assert.equal(await messages.get('p:p:0'), fresh);
    const row = { ...JSON.parse(fresh as string), storedAt: Date.now() - 2 * DAY_MS };
    await messages.put('p:p:0', JSON.stringify(row));
    await stored(store);
    const { usedAt, ...rest } = JSON.parse((await messages.get('p:p:0')) as string);
    assert.deepEqual(rest, row);
    assert.ok(Date.now() - usedAt < DAY_MS);
    assert.equal(renewedRow(JSON.stringify({ ...row, usedAt }), Date.now()), undefined);
    assert.equal((await store.totals()).total, 2);
  });

  it('shares its partitions with the caches of all lanes', async () => {
    await bed.open();
    assert.equal(CACHE_GROUP, 'caudal');
    const CONFIGURATION = 1_055;
    const { cacheId } = await import('../../../src/stores/ignite/thin-client/caches.ts');
    for (const name of Object.values(bed.names)) {
      const configuration = await probe.request(
        CONFIGURATION,
        (payload) => {
          payload.int(cacheId(name));
          payload.byte(0);
        },
        (answer) => {
          answer.skip(4);
          const [atomicity, backups, mode] = [answer.int(), answer.int(), answer.int()];
          answer.boolean();
          answer.optionalString();
          answer.boolean();
          answer.boolean();
          return { atomicity, backups, mode, group: answer.optionalString() };
        },
      );
      assert.deepEqual(configuration, { atomicity: 0, backups: 1, mode: 2, group: CACHE_GROUP });
    }
  });
});
