import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Client } from 'pg';
import type { CountStore } from '../../../src/stores/index.ts';
import { createPostgresqlSchema } from '../../../src/stores/postgresql/index.ts';
import {
  connectClient,
  eventually,
  type FaultyProxy,
  startFaultyProxy,
  uniqueName,
  useServers,
} from '../../support/index.ts';
import { keyed, produced } from '../count-store.conformance.ts';
import { moveToSmallTablespace } from './full-tablespace.ts';
import { openBed, type PostgresqlBed, warningsOf } from './postgresql-bed.ts';

const servers = useServers('postgresql');

const unavailable = { code: 'STORE_UNAVAILABLE', retriable: true };
const patient = { commandTimeoutMs: 60_000 };

async function untilReady(store: CountStore): Promise<void> {
  await eventually(
    () => store.isReady(),
    (isReady) => isReady,
  );
}

/** Waits until as many statements of a role wait for a lock. */
async function untilBlocked(admin: Client, role: string, statements = 1): Promise<void> {
  await eventually(
    () =>
      admin.query<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity where usename = $1 and wait_event_type = 'Lock'`,
        [role],
      ),
    ({ rows }) => rows[0]?.n === statements,
  );
}

/** Rows, counts and identities agree, and these are all the messages there are. */
async function assertExact(bed: PostgresqlBed, store: CountStore, messages: number): Promise<void> {
  assert.equal((await bed.rows()).length, messages);
  assert.equal(await store.identities(), messages);
  assert.equal((await store.totals()).total, messages);
}

describe('postgresql between transactions', () => {
  let bed: PostgresqlBed;
  let role: string;
  let roleUrl: string;
  before(async () => {
    bed = await openBed(servers());
    role = uniqueName('role');
    await bed.admin.query(`create role "${role}" login password 'secret'`);
    await bed.admin.query(`grant connect on database caudal to "${role}"`);
    await createPostgresqlSchema(bed.settings(), { writers: [role], readers: [] }, warningsOf().logger);
    const url = new URL(servers().addresses.postgresql.url);
    url.username = role;
    url.password = 'secret';
    roleUrl = url.href;
  });
  after(async () => {
    await bed.close();
    const admin = await connectClient(servers().addresses.postgresql.adminUrl);
    await admin.query(`drop owned by "${role}"`);
    await admin.query(`drop role "${role}"`);
    await admin.end();
  });

  it('reports a serialization failure, and stores the batch when it comes again', async () => {
    const store = await bed.open({ url: roleUrl, schema: 'check', ...patient });
    const position = { source: 'serial:0', expected: null, next: 1 };
    await store.apply({ envelopes: [], positions: [position] });
    // As an operator may have set it.
    await bed.admin.query(`alter role "${role}" set default_transaction_isolation = 'repeatable read'`);
    const strict = await bed.open({ url: roleUrl, schema: 'check', ...patient });
    await bed.owner.query('begin');
    await bed.owner.query(`update ${bed.schema}.log_position set attempt = 'x' where source = 'serial:0'`);
    const batch = {
      envelopes: [produced('serial', 0)],
      positions: [{ source: 'serial:0', expected: 1, next: 2 }],
    };
    const applied = assert.rejects(strict.apply(batch), { ...unavailable, message: /SQLSTATE 40001/ });
    await untilBlocked(bed.admin, role);
    await bed.owner.query('commit');
    await applied;
    assert.equal(strict.isReady(), true);
    await assertExact(bed, store, 0);
    assert.equal((await strict.apply(batch)).kind, 'applied');
    await assertExact(bed, store, 1);
    await bed.admin.query(`alter role "${role}" reset default_transaction_isolation`);
  });

  it('reports a dead lock, and stores the batch when it comes again', async () => {
    const store = await bed.open({ url: roleUrl, schema: 'check', ...patient });
    await store.apply({ envelopes: [], positions: [{ source: 'dead:0', expected: null, next: 1 }] });
    const earlier = (await bed.rows()).length;
    const insert = (sequence: number): string =>
      `insert into ${bed.schema}.message values ('p:dead', ${sequence}, 'ES', '', 'other', '', now(), now(), now())`;
    const batch = {
      envelopes: [produced('dead', 0), produced('dead', 1)],
      positions: [{ source: 'dead:0', expected: 1, next: 2 }],
    };
    // The batch holds its position and waits for message 0, which the first holds; the second holds message 1 and waits for the
    // position. Once the first lets go, the batch comes last to the circle, and whoever comes last finds it.
    const first = bed.owner;
    const second = await connectClient(servers().addresses.postgresql.adminUrl);
    await second.query(`set deadlock_timeout = '1h'`);
    await first.query('begin');
    await first.query(insert(0));
    await second.query('begin');
    await second.query(insert(1));
    const applied = assert.rejects(store.apply(batch), { ...unavailable, message: /SQLSTATE 40P01/ });
    await untilBlocked(bed.admin, role);
    const update = second.query(
      `update ${bed.schema}.log_position set attempt = 'x' where source = 'dead:0'`,
    );
    await untilBlocked(bed.admin, 'postgres');
    await first.query('rollback');
    await applied;
    await update;
    await second.query('rollback');
    await second.end();
    assert.equal(store.isReady(), true);
    await assertExact(bed, store, earlier);
    assert.equal((await store.apply(batch)).kind, 'applied');
    await assertExact(bed, store, earlier + 2);
  });

  it('does not wait for a lock for longer than a command may take', async () => {
    const store = await bed.open({ commandTimeoutMs: 500 });
    await store.apply({ envelopes: [], positions: [{ source: 'held:0', expected: null, next: 1 }] });
    const batch = {
      envelopes: [produced('held', 0)],
      positions: [{ source: 'held:0', expected: 1, next: 2 }],
    };
    await bed.admin.query('begin');
    await bed.admin.query(`select from ${bed.schema}.log_position where source = 'held:0' for update`);
    await assert.rejects(store.apply(batch), { ...unavailable, message: /SQLSTATE (57014|55P03)/ });
    assert.equal(store.isReady(), true);
    await bed.admin.query('commit');
    assert.equal((await store.apply(batch)).kind, 'applied');
  });

  it('stores nothing of a batch while the disk is full, and all of it once there is room', async () => {
    const store = await bed.open({ url: roleUrl, schema: 'check', ...patient });
    const small = await moveToSmallTablespace(servers(), bed);
    let stored = (await bed.rows()).length;
    const batchOf = (number: number) => ({
      envelopes: Array.from({ length: 10 }, (_, i) => ({
        ...produced('full', 10 * number + i),
        description: randomBytes(40_000).toString('hex'),
      })),
      positions: [{ source: 'full:0', expected: number === 0 ? null : 10 * number, next: 10 * number + 10 }],
    });
    let number = 0;
    const refused = async (): Promise<unknown> => {
      for (; number < 100; number += 1) {
        try {
          assert.equal((await store.apply(batchOf(number))).kind, 'applied');
          stored += 10;
        } catch (error) {
          return error;
        }
      }
      return undefined;
    };
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const error = await refused();
      assert.ok(error instanceof Error);
      assert.match(error.message, /No space left on device \(SQLSTATE 53100\)/);
      assert.deepEqual({ ...unavailable, ...error }, { ...error, ...unavailable });
    }
    assert.ok(number > 0, 'it was full from the start');
    await assertExact(bed, store, stored);
    assert.deepEqual(await store.positions(['full:0']), new Map([['full:0', 10 * number]]));
    await small.grow();
    assert.equal((await store.apply(batchOf(number))).kind, 'applied');
    await assertExact(bed, store, stored + 10);
    await small.remove();
  });
});

describe('postgresql behind a network that loses replies', () => {
  let bed: PostgresqlBed;
  let proxy: FaultyProxy;
  let store: CountStore;
  let stored = 0;
  before(async () => {
    bed = await openBed(servers());
    const url = new URL(servers().addresses.postgresql.url);
    proxy = await startFaultyProxy({ host: url.hostname, port: Number(url.port) });
    url.port = String(proxy.port);
    store = await bed.open({ url: url.href, commandTimeoutMs: 1_000 });
  });
  after(async () => {
    await bed.close();
    await proxy.close();
  });

  const losses = {
    'is swallowed': () => proxy.swallowReplies(),
    'is replaced by a reset': () => proxy.resetInsteadOfReplies(1),
  };
  for (const [title, lose] of Object.entries(losses)) {
    it(`is exact after the reply to a commit ${title}`, async () => {
      const source = `${title}:0`;
      const batch = {
        envelopes: [produced(title, 0), produced(title, 1), keyed(title, 0)],
        positions: [{ source, expected: null, next: 3 }],
      };
      await store.totals();
      const heldBefore = proxy.repliesHeldBack;
      lose();
      await assert.rejects(store.apply(batch), unavailable);
      assert.ok(proxy.repliesHeldBack > heldBefore);
      stored += 3;
      await eventually(
        () => bed.rows(),
        (rows) => rows.length === stored,
      );
      proxy.pass();
      await untilReady(store);
      // What the writer takes for stored: the position is where the batch would have moved it.
      assert.deepEqual(await store.apply(batch), { kind: 'moved', positions: new Map([[source, 3]]) });
      const again = await store.apply({ envelopes: batch.envelopes, positions: [] });
      assert.deepEqual(again, { kind: 'applied', stored: 0, duplicates: 3, storedByCountry: new Map() });
      await assertExact(bed, store, stored);
    });
  }

  it('does not stay on a connection that has fallen silent', async () => {
    proxy.swallowReplies();
    await assert.rejects(store.totals(), unavailable);
    assert.equal(store.isReady(), false);
    await assert.rejects(store.totals(), unavailable);
    proxy.pass();
    await untilReady(store);
    assert.equal((await store.totals()).total, stored);
  });
});

describe('postgresql that is restarted', () => {
  let bed: PostgresqlBed;
  let store: CountStore;
  let warnings: ReturnType<typeof warningsOf>;
  const batch = { envelopes: Array.from({ length: 500 }, (_, i) => produced('kill', i)), positions: [] };
  const reconnected: string[] = [];
  before(async () => {
    bed = await openBed(servers());
    warnings = warningsOf();
    store = await bed.open({}, warnings.logger);
    store.onReconnected(() => reconnected.push('reconnected'));
    await store.apply({ ...batch, positions: [{ source: 'kill', expected: null, next: 500 }] });
  });
  after(() => bed.close());

  it('has all acknowledged writes after a kill, and says that it was away', async () => {
    const totals = await store.totals();
    await servers().kill('postgresql');
    await assert.rejects(store.apply(batch), unavailable);
    await servers().start('postgresql');
    await untilReady(store);
    assert.deepEqual(reconnected, ['reconnected']);
    assert.deepEqual(await store.totals(), totals);
    assert.deepEqual(await store.positions(['kill']), new Map([['kill', 500]]));
    const again = await store.apply(batch);
    assert.ok(again.kind === 'applied' && again.stored === 0 && again.duplicates === 500);
  });

  it('notices an orderly shutdown though nothing is asked', async () => {
    await servers().kill('postgresql', 'SIGINT');
    await eventually(
      () => store.isReady(),
      (isReady) => !isReady,
    );
    await servers().start('postgresql');
    await untilReady(store);
    assert.deepEqual(reconnected, ['reconnected', 'reconnected']);
  });

  it('settles every promise when the server stops answering', async () => {
    await servers().kill('postgresql', 'SIGSTOP');
    try {
      await assert.rejects(store.totals(), unavailable);
      await assert.rejects(store.apply(batch), unavailable);
    } finally {
      await servers().kill('postgresql', 'SIGCONT');
    }
    await untilReady(store);
    const again = await store.apply(batch);
    assert.ok(again.kind === 'applied' && again.duplicates === 500);
  });

  it('waits with one line for a standby to become the primary, and is exact then', async () => {
    await servers().execute('postgresql', ['sh', '-c', 'touch "$PGDATA/standby.signal"']);
    await servers().kill('postgresql', 'SIGINT');
    await servers().start('postgresql');
    await untilReady(store);
    const late = {
      envelopes: [produced('standby', 0)],
      positions: [{ source: 'kill', expected: 500, next: 501 }],
    };
    const before = warnings.reasons.length;
    const reason = 'the server is read-only, as a standby is: waiting for a primary (SQLSTATE 25006)';
    await assert.rejects(store.apply(late), { ...unavailable, message: `postgresql: ${reason}` });
    assert.equal(store.isReady(), false);
    // It has tried again several times before it may succeed.
    const admin = await connectClient(servers().addresses.postgresql.adminUrl);
    const sessions = async (): Promise<number> => {
      const { rows } = await admin.query<{ n: number }>(
        `select sessions::int as n from pg_stat_database where datname = 'caudal'`,
      );
      return rows[0]?.n ?? 0;
    };
    const earlier = await sessions();
    await eventually(sessions, (now) => now >= earlier + 3);
    await assert.rejects(store.apply(late), { ...unavailable, message: `postgresql: ${reason}` });
    await admin.query('select pg_promote(true, 60)');
    await admin.end();
    await untilReady(store);
    assert.deepEqual(warnings.reasons.slice(before), [reason]);
    assert.equal((await store.apply(late)).kind, 'applied');
    assert.equal((await store.totals()).total, 501);
    assert.equal(await store.identities(), 501);
  });
});
