import { escapeIdentifier } from 'pg';
import type { DatabaseClient } from '../../postgresql/index.ts';

/** Roles that are given rights in a lane's schema. */
export interface SchemaRoles {
  /** May store: call the schema's functions, which are the only way to write, and read. */
  readonly writers: readonly string[];
  /** May read. */
  readonly readers: readonly string[];
}

/** Tables that writers and readers may read. */
const TABLES = ['country_count', 'weather_count', 'log_position', 'expired', 'schema_version'];

/** Columns of a message that they may read: all but what it says. */
const COLUMNS = ['scope', 'sequence', 'country', 'weather_class', 'accepted_at', 'stored_at', 'expires_on'];

/** Whether a role lacks one of its rights. Granting what is there already would make every session plan its statements again. */
export async function lacksRights(
  client: DatabaseClient,
  schema: string,
  { writers, readers }: SchemaRoles,
): Promise<boolean> {
  const { rows } = await client.query<{ lacks: boolean }>(
    `select exists (
       select from unnest($1::text[]) role
       where not has_schema_privilege(role, $3, 'usage')
         or exists (select from unnest($4::text[]) t where not has_table_privilege(role, format('%I.%I', $3, t), 'select'))
         or exists (select from unnest($5::text[]) c
                    where not has_column_privilege(role, format('%I.message', $3), c, 'select'))
     ) or exists (
       select from unnest($2::text[]) role, pg_proc
       where pronamespace = quote_ident($3)::regnamespace and not has_function_privilege(role, pg_proc.oid, 'execute')
     ) as lacks`,
    [[...writers, ...readers], writers, schema, TABLES, COLUMNS],
  );
  return rows[0]?.lacks !== false;
}

/** Grants each role its rights. */
export async function grantRights(
  client: DatabaseClient,
  schema: string,
  { writers, readers }: SchemaRoles,
): Promise<void> {
  const name = escapeIdentifier(schema);
  const listed = (roles: readonly string[]): string => roles.map(escapeIdentifier).join(', ');
  const everybody = [...writers, ...readers];
  if (everybody.length > 0) {
    await client.query(`grant usage on schema ${name} to ${listed(everybody)}`);
    await client.query(
      `grant select on ${TABLES.map((table) => `${name}.${table}`).join(', ')} to ${listed(everybody)}`,
    );
    await client.query(`grant select (${COLUMNS.join(', ')}) on ${name}.message to ${listed(everybody)}`);
  }
  if (writers.length > 0)
    await client.query(`grant execute on all functions in schema ${name} to ${listed(writers)}`);
}
