import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { createLogger } from '@caudal/common/logging';
import { useServers } from '@caudal/common/testing';
import { openDatabase } from '../../src/database/open-database.ts';
import { type OrdersBed, openOrdersBed } from '../support/orders-bed.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'src', 'schema', 'main.ts');
const servers = useServers('postgresql');
const logger = createLogger('test', 'silent');

async function run(environment: Record<string, string>) {
  const program = spawn(process.execPath, [PROGRAM], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors, [code]] = await Promise.all([
    text(program.stdout),
    text(program.stderr),
    once(program, 'exit') as Promise<[number]>,
  ]);
  return { code, output, errors };
}

describe('the schema program of the shop', () => {
  let bed: OrdersBed;
  before(async () => {
    bed = await openOrdersBed(servers(), 'bare');
  });
  after(() => bed?.close());

  it('makes both schemas once, for programs that wait for that, and may run again', async () => {
    const databases = [
      openDatabase({ settings: bed.settings('api'), schemas: ['orders', 'mails'], logger }),
      openDatabase({ settings: bed.settings('processor'), schemas: ['orders'], logger }),
      openDatabase({ settings: bed.settings('notifier'), schemas: ['mails'], logger }),
    ];
    const connected = Promise.all(databases.map((database) => database.connect()));
    try {
      const environment = { POSTGRESQL_URL: bed.urls.owner };
      const runs = await Promise.all([run(environment), run(environment)]);
      for (const { code, errors } of runs) assert.deepEqual([code, errors], [0, '']);
      for (const migration of ['0001-orders.sql', '0001-mails.sql'])
        assert.equal(runs.filter(({ output }) => output.includes(`"applied":["${migration}"]`)).length, 1);
      await connected;
      const again = await run(environment);
      assert.equal(again.code, 0);
      assert.equal(again.output.match(/"applied":\[\]/g)?.length, 2);
    } finally {
      await Promise.all(databases.map((database) => database.close()));
    }
  });

  it('grants a right again that a role has lost, and any to another role', async () => {
    const allowed = async (role: string): Promise<boolean> => {
      const [row] = await bed.query<{ may: boolean }>(
        `select has_function_privilege($1, 'orders.tick(integer, integer)', 'execute') as may`,
        [role],
      );
      return row?.may === true;
    };
    await bed.query('revoke execute on function orders.tick from caudal_orders_processor');
    assert.equal(await allowed('caudal_orders_processor'), false);
    assert.equal((await run({ POSTGRESQL_URL: bed.urls.owner })).code, 0);
    assert.equal(await allowed('caudal_orders_processor'), true);
    assert.equal(await allowed('caudal_console'), false);
    const roles = 'caudal_orders_api,caudal_console,caudal_orders_notifier';
    assert.equal((await run({ POSTGRESQL_URL: bed.urls.owner, ORDERS_SCHEMA_ROLES: roles })).code, 0);
    assert.equal(await allowed('caudal_console'), true);
  });

  it('fails for a role that does not exist, and names it', async () => {
    const { code, errors } = await run({
      POSTGRESQL_URL: bed.urls.owner,
      ORDERS_SCHEMA_ROLES: 'caudal_orders_api,no_one,caudal_orders_notifier',
    });
    assert.equal(code, 1);
    assert.match(errors, /role "no_one" does not exist/);
  });

  it('fails without its configuration before it connects', async () => {
    const { code, errors } = await run({});
    assert.equal(code, 1);
    assert.match(errors, /POSTGRESQL_URL: is required/);
  });
});
