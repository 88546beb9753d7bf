import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Client } from 'pg';
import { checkMigrations, type Migration, migrate, transaction } from '../../src/postgresql/index.ts';
import { connectClient, eventually, uniqueName, useServers } from '../support/index.ts';

const servers = useServers('postgresql');
function migrationOf(number: number, sql: string): Migration {
  const name = `000${number}-step.sql`;
  return { number, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}

const steps = [
  migrationOf(1, `create table step (n integer); insert into step values (1); select pg_sleep(0.05)`),
  migrationOf(2, 'insert into step values (2)'),
];

describe('migrations on a server', () => {
  let client: Client;
  before(async () => {
    client = await connectClient(servers().addresses.postgresql.url);
  });
  after(() => client.end());

  async function stepsIn(schema: string): Promise<readonly number[]> {
    const { rows } = await client.query<{ n: number }>(`select n from "${schema}".step order by n`);
    return rows.map(({ n }) => n);
  }

  it('applies each migration once, however many processes do it at once', async () => {
    const name = uniqueName('schema');
    const clients = await Promise.all(
      Array.from({ length: 10 }, () => connectClient(servers().addresses.postgresql.url)),
    );
    try {
      const applied = await Promise.all(clients.map((each) => migrate(each, { name, migrations: steps })));
      assert.deepEqual(await stepsIn(name), [1, 2]);
      assert.deepEqual(applied.flat(), ['0001-step.sql', '0002-step.sql']);
    } finally {
      await Promise.all(clients.map((each) => each.end()));
    }
  });

  it('finds what another process has made while it waited', async () => {
    const name = uniqueName('schema');
    const open = () => connectClient(servers().addresses.postgresql.url);
    const [first, second] = await Promise.all([open(), open()]);
    try {
      // A session that has looked nothing up yet would read it all afresh.
      await migrate(second, { name: uniqueName('schema'), migrations: steps });
      await transaction(first, async () => {
        await first.query(`select pg_advisory_xact_lock(hashtextextended('migrate ' || $1, 0))`, [name]);
        const migrated = migrate(second, { name, migrations: steps });
        migrated.catch(() => undefined);
        await eventually(
          () => client.query(`select from pg_locks where locktype = 'advisory' and not granted`),
          ({ rowCount }) => rowCount === 1,
        );
        await first.query(`create schema "${name}"`);
        return { migrated };
      }).then(({ migrated }) => migrated);
      assert.deepEqual(await stepsIn(name), [1, 2]);
    } finally {
      await Promise.all([first.end(), second.end()]);
    }
  });

  it('applies later what was added later', async () => {
    const name = uniqueName('schema');
    assert.deepEqual(await migrate(client, { name, migrations: steps.slice(0, 1) }), ['0001-step.sql']);
    assert.deepEqual(await migrate(client, { name, migrations: steps }), ['0002-step.sql']);
    assert.deepEqual(await migrate(client, { name, migrations: steps }), []);
    assert.deepEqual(await stepsIn(name), [1, 2]);
  });

  it('leaves nothing of migrations of which one fails', async () => {
    const name = uniqueName('schema');
    const migrations = [...steps, migrationOf(3, 'insert into step values (3); select 1 / 0')];
    await assert.rejects(migrate(client, { name, migrations }), { code: '22012' });
    const { rows } = await client.query(`select from pg_namespace where nspname = $1`, [name]);
    assert.deepEqual(rows, []);
    assert.deepEqual(await migrate(client, { name, migrations: steps }), ['0001-step.sql', '0002-step.sql']);
  });

  it('refuses a schema that is newer, and changes nothing', async () => {
    const name = uniqueName('schema');
    await migrate(client, { name, migrations: steps });
    const older = { name, migrations: steps.slice(0, 1) };
    const refusal = { code: 'STORE_REJECTED', message: /has migration 0002-step\.sql, which is newer/ };
    await assert.rejects(migrate(client, older), refusal);
    await assert.rejects(checkMigrations(client, older), refusal);
  });

  it('waits for what is missing if another role makes it, and needs only to read', async () => {
    const name = uniqueName('schema');
    const reader = await connectClient(servers().addresses.postgresql.consoleUrl);
    const missing = (what: string) => ({
      code: 'STORE_UNAVAILABLE',
      retriable: true,
      message: `schema '${name}' lacks ${what}: waiting until its owner has applied that`,
    });
    await assert.rejects(
      checkMigrations(reader, { name, migrations: steps }),
      missing('0001-step.sql, 0002-step.sql'),
    );
    await migrate(client, { name, migrations: steps.slice(0, 1) });
    await client.query(`grant usage on schema "${name}" to caudal_console`);
    await client.query(`grant select on "${name}".schema_version to caudal_console`);
    await assert.rejects(checkMigrations(reader, { name, migrations: steps }), missing('0002-step.sql'));
    await checkMigrations(reader, { name, migrations: steps.slice(0, 1) });
    assert.deepEqual(await migrate(reader, { name, migrations: steps.slice(0, 1) }), []);
    await reader.end();
  });

  it('commits a transaction, or rolls it back if its work throws', async () => {
    const table = uniqueName('table');
    const count = async (): Promise<unknown> => (await client.query(`select from "${table}"`)).rowCount;
    await transaction(client, () => client.query(`create table "${table}" ()`));
    const insert = `insert into "${table}" default values`;
    assert.equal(await transaction(client, async () => (await client.query(insert)).rowCount), 1);
    await assert.rejects(
      transaction(client, async () => {
        await client.query(insert);
        throw new RangeError('changed its mind');
      }),
      { message: 'changed its mind' },
    );
    assert.equal(await count(), 1);
  });

  it('does not take for committed what the server has rolled back', async () => {
    await assert.rejects(
      transaction(client, () => client.query('select 1 / 0').catch(() => undefined)),
      { name: 'TypeError', message: /its error was dropped/ },
    );
  });
});
