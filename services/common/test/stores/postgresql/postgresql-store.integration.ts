import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { AppError } from '../../../src/errors.ts';
import type { CountStore } from '../../../src/stores/index.ts';
import { createPostgresqlSchema } from '../../../src/stores/postgresql/index.ts';
import { connectClient, eventually, uniqueName, useServers } from '../../support/index.ts';
import { describeStore, keyed, produced } from '../count-store.conformance.ts';
import { describeRowStore } from '../row-store.conformance.ts';
import { openBed, type PostgresqlBed, warningsOf } from './postgresql-bed.ts';

const servers = useServers('postgresql');

describeStore('postgresql', async () => {
  const bed = await openBed(servers());
  const store = await bed.open();
  return { ...store, close: () => bed.close() };
});

describeRowStore('postgresql', async () => {
  const bed = await openBed(servers());
  const store = await bed.open();
  return { store: { ...store, close: () => bed.close() }, rows: bed.rows };
});

async function storedBy(store: CountStore, ...envelopes: Parameters<typeof store.apply>[0]['envelopes']) {
  const result = await store.apply({ envelopes, positions: [] });
  assert.ok(result.kind === 'applied');
  return result.stored;
}

describe('postgresql as one table for many consumers', () => {
  let bed: PostgresqlBed;
  before(async () => {
    bed = await openBed(servers());
  });
  after(() => bed.close());

  it('makes its schema once, whoever comes first', async () => {
    await Promise.all(Array.from({ length: 8 }, () => bed.open()));
    const { rows } = await bed.owner.query(`select number, name from ${bed.schema}.schema_version`);
    assert.deepEqual(rows, [{ number: 1, name: '0001-messages.sql' }]);
  });

  it('counts each message once, whoever else stores it at the same time in another order', async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => bed.open({ commandTimeoutMs: 30_000 })));
    const messages = Array.from({ length: 400 }, (_, i) =>
      (i % 3 === 0 ? keyed : produced)('race', Math.floor(i / 2), ['ES', 'FR', 'JP'][i % 3]),
    );
    const identities = new Set(messages.map(({ key, sequence }) => `${key === undefined}:${sequence}`)).size;
    const stored = await Promise.all(
      stores.map(async (store, turn) => {
        let sum = 0;
        for (let first = 0; first < messages.length; first += 50) {
          const batch = messages.slice(first, first + 100);
          sum += await storedBy(store, ...(turn % 2 === 0 ? batch : batch.reverse()));
        }
        return sum;
      }),
    );
    assert.equal(
      stored.reduce((sum, n) => sum + n, 0),
      identities,
    );
    const [store] = stores as [CountStore];
    assert.equal((await store.totals()).total, identities);
    assert.equal((await bed.rows()).length, identities);
  });

  it('lets one of two consumers move a position that both expect', async () => {
    const stores = await Promise.all(Array.from({ length: 6 }, () => bed.open()));
    for (let next = 0; next < 20; next += 1) {
      const positions = ['fence:0', 'fence:1'].map((source) => ({
        source,
        expected: next === 0 ? null : next - 1,
        next,
      }));
      const results = await Promise.all(
        stores.map((store, turn) =>
          store.apply({
            envelopes: [produced(`fence-${turn}`, next)],
            positions: turn % 2 === 0 ? positions : [...positions].reverse(),
          }),
        ),
      );
      assert.equal(results.filter(({ kind }) => kind === 'applied').length, 1);
      for (const result of results) {
        if (result.kind === 'moved')
          assert.deepEqual([...result.positions].sort(), [
            ['fence:0', next],
            ['fence:1', next],
          ]);
      }
    }
    const { rows } = await bed.owner.query(
      `select count(*)::int as n from ${bed.schema}.message where scope like 'p:fence-%'`,
    );
    assert.deepEqual(rows, [{ n: 20 }]);
  });

  it('keeps a character that no text of PostgreSQL can hold as the sign for it', async () => {
    const store = await bed.open();
    await storedBy(store, { ...produced('nul', 0), description: 'a\0b', weather: '\0' });
    const row = (await bed.rows()).find(({ scope }) => scope === 'p:nul');
    assert.deepEqual([row?.description, row?.weather], ['a\uFFFDb', '\uFFFD']);
  });
});

describe('retention in postgresql', () => {
  let bed: PostgresqlBed;
  let store: CountStore;
  before(async () => {
    bed = await openBed(servers());
    store = await bed.open({ keyRetentionHours: 100 });
  });
  after(() => bed.close());

  /** Days from today to the last day of each scope's retention. */
  const daysLeft = async (): Promise<Record<string, number>> => {
    const { rows } = await bed.owner.query<{ scope: string; days: number }>(
      `select scope, expires_on - (now() at time zone 'UTC')::date as days from ${bed.schema}.message`,
    );
    return Object.fromEntries(rows.map(({ scope, days }) => [scope, days]));
  };

  it('keeps a producer for two weeks and a key for as long as configured, rounded up to days', async () => {
    await storedBy(store, produced('kept', 0), keyed('kept', 0));
    assert.deepEqual(await daysLeft(), { 'p:kept': 14, 'k:kept': 5 });
  });

  it('begins again with every use', async () => {
    await bed.owner.query(`update ${bed.schema}.message set expires_on = expires_on - 3`);
    assert.deepEqual(await daysLeft(), { 'p:kept': 11, 'k:kept': 2 });
    assert.equal(await storedBy(store, keyed('kept', 0), produced('kept', 0)), 0);
    assert.deepEqual(await daysLeft(), { 'p:kept': 14, 'k:kept': 5 });
  });

  it('deletes what has expired, changes its mark by that alone, and counts stay', async () => {
    await storedBy(store, produced('stays', 0));
    const [mark, totals] = [await store.expiryMark(), await store.totals()];
    assert.equal(mark, '0');
    await bed.owner.query(
      `update ${bed.schema}.message set expires_on = (now() at time zone 'UTC')::date - 1 where scope like '%kept'`,
    );
    // A store that has just been opened looks for expired messages after its first batch.
    const other = await bed.open();
    await storedBy(other, produced('stays', 0));
    await eventually(
      () => store.expiryMark(),
      (now) => now !== mark,
    );
    assert.equal(await store.expiryMark(), '2');
    assert.deepEqual(await daysLeft(), { 'p:stays': 14 });
    assert.equal(await store.identities(), 1);
    assert.deepEqual(await store.totals(), totals);
  });

  it('deletes many in pieces', async () => {
    await bed.owner.query(
      `insert into ${bed.schema}.message
         select 'p:old', i, 'ES', '', 'other', '', now(), now(), now()::date - 20 from generate_series(1, 25000) i`,
    );
    const other = await bed.open();
    await storedBy(other, produced('stays', 0));
    await eventually(
      () => store.expiryMark(),
      (now) => now === '25002',
    );
    assert.deepEqual(await daysLeft(), { 'p:stays': 14 });
  });
});

describe('rights in postgresql', () => {
  let bed: PostgresqlBed;
  const batch = {
    envelopes: [produced('p', 0), keyed('k', 0)],
    positions: [{ source: 't:0', expected: null, next: 1 }],
  };
  before(async () => {
    bed = await openBed(servers());
  });
  after(() => bed.close());

  it('waits with one line for the schema if another role makes it', async () => {
    const { logger, reasons } = warningsOf();
    const { consumerUrl: url } = servers().addresses.postgresql;
    const store = await bed.create({ url, schema: 'check' }, logger);
    const connected = store.connect();
    await eventually(
      () => bed.admin.query(`select from pg_stat_activity where usename = 'caudal_consumer'`),
      () => reasons.length > 0,
    );
    assert.equal(store.isReady(), false);
    await assert.rejects(store.totals(), {
      code: 'STORE_UNAVAILABLE',
      retriable: true,
      message: /schema 'caudal_test_/,
    });
    await createPostgresqlSchema(
      bed.settings(),
      { writers: ['caudal_consumer'], readers: ['caudal_console'] },
      logger,
    );
    await connected;
    assert.equal(await storedBy(store, produced('waited', 0)), 1);
    assert.deepEqual(reasons, [
      `schema '${bed.schema.replaceAll('"', '')}' lacks 0001-messages.sql: waiting until its owner has applied that`,
    ]);
  });

  it('lets a writer do all that a store does, and nothing past its functions', async () => {
    const { consumerUrl: url } = servers().addresses.postgresql;
    const store = await bed.open({ url, schema: 'check' });
    const earlier = await store.totals();
    assert.deepEqual((await store.apply(batch)).kind, 'applied');
    await store.noteAttempt('t:0', 'attempt');
    assert.deepEqual(
      await store.logStates(['t:0']),
      new Map([['t:0', { position: 1, marks: '', attempt: 'attempt' }]]),
    );
    assert.equal((await store.totals()).total, earlier.total + 2);
    assert.equal(await store.identities(), earlier.total + 2);
    assert.equal(await store.expiryMark(), '0');
    const consumer = await connectClient(url);
    for (const statement of [
      `delete from ${bed.schema}.message`,
      `truncate ${bed.schema}.message`,
      `drop table ${bed.schema}.message`,
      `update ${bed.schema}.country_count set n = 0`,
      `insert into ${bed.schema}.log_position (source) values ('x')`,
      `update ${bed.schema}.expired set n = 0`,
      `select description from ${bed.schema}.message`,
      `create table ${bed.schema}.mine ()`,
      `create schema mine`,
    ]) {
      await assert.rejects(consumer.query(statement), { code: /^42501$/ }, statement);
    }
    await consumer.end();
  });

  it('lets a reader read counts and identities, and store nothing', async () => {
    const { consoleUrl: url } = servers().addresses.postgresql;
    const store = await bed.open({ url, schema: 'check' });
    assert.equal(await store.identities(), (await store.totals()).total);
    assert.equal(await store.expiryMark(), '0');
    await store.positions(['t:0']);
    await assert.rejects(store.apply(batch), {
      code: 'STORE_UNAVAILABLE',
      retriable: true,
      message: 'postgresql: permission denied for function apply_batch (SQLSTATE 42501)',
    });
    assert.equal(store.isReady(), true);
    const reader = await connectClient(url);
    for (const call of [`note_attempt('t:0', '')`, 'expire_messages()']) {
      await assert.rejects(reader.query(`select ${bed.schema}.${call}`), { code: '42501' }, call);
    }
    await assert.rejects(reader.query(`select description from ${bed.schema}.message`), { code: '42501' });
    await reader.end();
  });

  it('has an unknown mark without the right to read it', async () => {
    const { consoleUrl: url } = servers().addresses.postgresql;
    const store = await bed.open({ url, schema: 'check' });
    await bed.owner.query(`revoke select on ${bed.schema}.expired from caudal_console`);
    assert.equal(await store.expiryMark(), null);
  });

  it('stores nothing without its right, and everything once it is granted', async () => {
    const { consumerUrl: url } = servers().addresses.postgresql;
    const store = await bed.open({ url, schema: 'check' });
    const untouched = await bed.rows();
    await bed.owner.query(`revoke execute on function ${bed.schema}.apply_batch from caudal_consumer`);
    const late = {
      envelopes: [produced('late', 0)],
      positions: [{ source: 'late:0', expected: null, next: 1 }],
    };
    for (let attempt = 1; attempt <= 2; attempt += 1)
      await assert.rejects(store.apply(late), { code: 'STORE_UNAVAILABLE', message: /apply_batch/ });
    assert.deepEqual(await bed.rows(), untouched);
    await bed.owner.query(`grant execute on function ${bed.schema}.apply_batch to caudal_consumer`);
    assert.equal((await store.apply(late)).kind, 'applied');
    assert.equal((await bed.rows()).length, untouched.length + 1);
  });

  it('grants nothing that is granted, and again what is not', async () => {
    const roles = { writers: ['caudal_consumer'], readers: ['caudal_console'] };
    const { logger } = warningsOf();
    const versions = async () => {
      const { rows } = await bed.admin.query(
        `select oid, xmin from pg_class where relnamespace = $1::regnamespace
           union all select oid, xmin from pg_proc where pronamespace = $1::regnamespace
           union all select oid, xmin from pg_namespace where oid = $1::regnamespace order by 1`,
        [bed.schema],
      );
      return rows;
    };
    await createPostgresqlSchema(bed.settings(), roles, logger);
    const before = await versions();
    await createPostgresqlSchema(bed.settings(), roles, logger);
    assert.deepEqual(await versions(), before);
    const { consoleUrl: url } = servers().addresses.postgresql;
    const reader = await bed.open({ url, schema: 'check' });
    for (const revoked of [
      `select on ${bed.schema}.expired`,
      `select (scope) on ${bed.schema}.message`,
      `usage on schema ${bed.schema}`,
    ]) {
      await bed.owner.query(`revoke ${revoked} from caudal_console`);
      await Promise.all(
        Array.from({ length: 3 }, () => createPostgresqlSchema(bed.settings(), roles, logger)),
      );
      assert.equal(await reader.expiryMark(), '0', revoked);
      await reader.identities();
    }
  });

  it('names a role that does not exist', async () => {
    await assert.rejects(
      createPostgresqlSchema(bed.settings(), { writers: ['no_one'], readers: [] }, warningsOf().logger),
      { code: 'STORE_REJECTED', message: /role "no_one" does not exist/ },
    );
  });

  it('waits with one line while the password is wrong', async () => {
    const role = uniqueName('role');
    await bed.admin.query(
      `create role "${role}" login password 'right'; grant connect on database caudal to "${role}"`,
    );
    await createPostgresqlSchema(bed.settings(), { writers: [role], readers: [] }, warningsOf().logger);
    const url = new URL(servers().addresses.postgresql.url);
    url.username = role;
    url.password = 'changed';
    const { logger, reasons } = warningsOf();
    const store = await bed.create({ url: url.href, schema: 'check' }, logger);
    const connected = store.connect();
    await eventually(
      () => reasons.length,
      (lines) => lines > 0,
    );
    const reason = `password authentication failed for user "${role}" (SQLSTATE 28P01)`;
    assert.equal(store.unreadyReason?.(), reason);
    await bed.admin.query(`alter role "${role}" password 'changed'`);
    await connected;
    assert.deepEqual(reasons, [reason]);
    assert.equal(store.unreadyReason?.(), undefined);
    await store.close();
    await bed.admin.query(`drop owned by "${role}"; drop role "${role}"`);
  });
});

it('gives up a connection that was never made when it is closed', async () => {
  const bed = await openBed(servers());
  const store = await bed.create({ url: 'postgresql://no_one@127.0.0.1:1/caudal' });
  const connected = store.connect();
  await store.close();
  await assert.rejects(connected, AppError);
  await assert.rejects(store.totals(), { code: 'STORE_UNAVAILABLE' });
  await bed.close();
});
