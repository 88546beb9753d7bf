import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { useServers } from '@caudal/common/testing';
import type { Client } from 'pg';
import { type OrdersBed, openOrdersBed } from '../support/orders-bed.ts';

const servers = useServers('postgresql');

/** A call of every function, by schema; none of them changes anything in empty tables. */
const CALLS = {
  orders: [
    `take_in('s:0', null, 0, '', 1, '{}', '{}', '{}', '{}', '{}', '{}', '{}')`,
    'tick(1, 1)',
    'next_due_ms()',
    `cancel_order('00000000-0000-4000-8000-000000000000')`,
    'claim_outbox(1)',
    `delete_outbox('{}', '{}')`,
    'order_figures()',
    `expire_orders('1 day')`,
  ],
  mails: [
    `take_confirmed('s:0', null, 0, '', 1, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')`,
    `lease_mails(1, 1, '00000000-0000-4000-8000-000000000000')`,
    `settle_mails('00000000-0000-4000-8000-000000000000', '{}', '{}', '{}', '{}', '{}')`,
    'mail_figures()',
    `expire_mails('1 day')`,
  ],
} as const;

/** What each role may do. */
const MAY = {
  api: {
    reads: [
      'orders.event_view',
      'orders.log_position',
      'orders.order_view',
      'orders.schema_version',
      'mails.mail_view',
      'mails.schema_version',
    ],
    calls: /^orders\.cancel_order/,
  },
  processor: {
    reads: ['orders.log_position', 'orders.schema_version'],
    calls: /^orders\.(?!cancel_order)/,
  },
  notifier: { reads: ['mails.log_position', 'mails.schema_version'], calls: /^mails\./ },
} as const;

describe('the rights of the programs', () => {
  let bed: OrdersBed;
  let clients: Readonly<Record<keyof typeof MAY, Client>>;
  let tables: readonly { readonly name: string; readonly column: string; readonly is_view: boolean }[];
  before(async () => {
    bed = await openOrdersBed(servers());
    clients = {
      api: await bed.connect('api'),
      processor: await bed.connect('processor'),
      notifier: await bed.connect('notifier'),
    };
    tables = await bed.query(
      `select format('%I.%I', n.nspname, c.relname) as name,
              (select quote_ident(attname) from pg_attribute where attrelid = c.oid and attnum = 1) as column,
              c.relkind = 'v' as is_view
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname in ('orders', 'mails') and c.relkind in ('r', 'v')`,
    );
  });
  after(async () => {
    await Promise.all(Object.values(clients ?? {}).map((client) => client.end()));
    await bed?.close();
  });

  for (const role of ['api', 'processor', 'notifier'] as const) {
    it(`lets the ${role} read what it needs and no other table`, async () => {
      assert.ok(tables.length >= 12);
      const readable: string[] = [];
      for (const { name } of tables) if (await allows(role, `select * from ${name}`)) readable.push(name);
      assert.deepEqual(readable.sort(), [...MAY[role].reads].sort());
    });

    it(`lets the ${role} write to no table`, async () => {
      for (const { name, column, is_view } of tables)
        for (const statement of [
          `insert into ${name} default values`,
          `update ${name} set ${column} = ${column}`,
          `delete from ${name}`,
          `lock table ${name} in exclusive mode`,
          `drop ${is_view ? 'view' : 'table'} ${name}`,
          ...(is_view ? [] : [`truncate ${name}`]),
        ])
          assert.equal(await allows(role, statement), false, statement);
    });

    it(`lets the ${role} call its functions and no others`, async () => {
      for (const [schema, calls] of Object.entries(CALLS))
        for (const call of calls) {
          const name = `${schema}.${call}`;
          assert.equal(await allows(role, `select ${name}`), MAY[role].calls.test(name), name);
        }
    });

    it(`lets the ${role} make nothing`, async () => {
      for (const statement of [
        'create schema other',
        'create table orders.other ()',
        'create table public.other ()',
        'create temporary table other ()',
        'create function orders.other() returns integer language sql as $$ select 1 $$',
        'alter table orders.orders disable trigger all',
        'set role caudal_owner',
      ])
        assert.equal(await allows(role, statement), false, statement);
    });
  }

  it('calls every function there is', async () => {
    const found = await bed.query<{ name: string }>(
      `select format('%I.%I', n.nspname, p.proname) as name
       from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('orders', 'mails')`,
    );
    const called = Object.entries(CALLS).flatMap(([schema, calls]) =>
      calls.map((call) => `${schema}.${call.replace(/\(.*/, '')}`),
    );
    assert.deepEqual(called.sort(), found.map(({ name }) => name).sort());
  });

  /** Whether a statement is not refused for a lack of rights; what it did is undone. */
  async function allows(role: keyof typeof MAY, statement: string): Promise<boolean> {
    const client = clients[role];
    await client.query('begin');
    try {
      await client.query(statement);
      return true;
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      assert.match(message, /^(permission denied|must be owner)/, statement);
      assert.equal(code, '42501', statement);
      return false;
    } finally {
      await client.query('rollback');
    }
  }
});
