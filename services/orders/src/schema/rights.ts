import type { DatabaseClient } from '@caudal/common/postgresql';
import { escapeIdentifier } from 'pg';

/** Names of the roles that the programs log in as. */
export interface OrdersRoles {
  readonly api: string;
  readonly processor: string;
  readonly notifier: string;
}

/** The roles unless configured. */
export const DEFAULT_ROLES: OrdersRoles = {
  api: 'caudal_orders_api',
  processor: 'caudal_orders_processor',
  notifier: 'caudal_orders_notifier',
};

/** What a role may do in one schema, and nothing else. */
interface Rights {
  readonly role: keyof OrdersRoles;
  readonly schema: OrdersSchemaName;
  /** Tables and views it may read. */
  readonly reads: readonly string[];
  /** Functions it may call, which are the only way to write. */
  readonly calls: readonly string[];
}

/** Names of the schemas. */
export type OrdersSchemaName = 'orders' | 'mails';

/** All rights of all roles. No one but the notifier can read an address in full after the processor has taken it in. */
export const RIGHTS: readonly Rights[] = [
  {
    role: 'api',
    schema: 'orders',
    reads: ['order_view', 'event_view', 'log_position', 'schema_version'],
    calls: ['cancel_order'],
  },
  { role: 'api', schema: 'mails', reads: ['mail_view', 'schema_version'], calls: [] },
  {
    role: 'processor',
    schema: 'orders',
    reads: ['log_position', 'schema_version'],
    calls: [
      'take_in',
      'tick',
      'next_due_ms',
      'claim_outbox',
      'delete_outbox',
      'order_figures',
      'expire_orders',
    ],
  },
  {
    role: 'notifier',
    schema: 'mails',
    reads: ['log_position', 'schema_version'],
    calls: ['take_confirmed', 'lease_mails', 'settle_mails', 'mail_figures', 'expire_mails'],
  },
];

/** Whether a role lacks one of its rights in a schema. Granting what is there would make every session plan its statements again. */
export async function lacksRights(
  client: DatabaseClient,
  schema: OrdersSchemaName,
  roles: OrdersRoles,
): Promise<boolean> {
  const rights = RIGHTS.filter((each) => each.schema === schema);
  const pairs = (kind: 'reads' | 'calls') =>
    rights.flatMap((each) => each[kind].map((name) => ({ role: roles[each.role], name })));
  const [reads, calls] = [pairs('reads'), pairs('calls')];
  const { rows } = await client.query<{ lacks: boolean }>(
    `select exists (
       select from unnest($2::text[]) role where not has_schema_privilege(role, $1, 'usage')
     ) or exists (
       select from unnest($3::text[], $4::text[]) t (role, name)
       where not has_table_privilege(role, format('%I.%I', $1, name), 'select')
     ) or exists (
       select from unnest($5::text[], $6::text[]) f (role, name)
       join pg_proc p on p.pronamespace = quote_ident($1)::regnamespace and p.proname = f.name
       where not has_function_privilege(role, p.oid, 'execute')
     ) as lacks`,
    [
      schema,
      rights.map(({ role }) => roles[role]),
      reads.map(({ role }) => role),
      reads.map(({ name }) => name),
      calls.map(({ role }) => role),
      calls.map(({ name }) => name),
    ],
  );
  return rows[0]?.lacks !== false;
}

/** Grants every role its rights in a schema. */
export async function grantRights(
  client: DatabaseClient,
  schema: OrdersSchemaName,
  roles: OrdersRoles,
): Promise<void> {
  const within = (names: readonly string[]) => names.map((name) => `${schema}.${name}`).join(', ');
  for (const { role, reads, calls } of RIGHTS.filter((each) => each.schema === schema)) {
    const grantee = escapeIdentifier(roles[role]);
    await client.query(`grant usage on schema ${schema} to ${grantee}`);
    await client.query(`grant select on ${within(reads)} to ${grantee}`);
    if (calls.length > 0) await client.query(`grant execute on function ${within(calls)} to ${grantee}`);
  }
}
