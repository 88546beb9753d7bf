import { type Environment, parseConfig } from '@caudal/common/config';
import type { DatabaseClient } from '@caudal/common/postgresql';
import { escapeIdentifier } from 'pg';
import { z } from 'zod';

/** Role that the API logs in as, unless configured. */
export const DEFAULT_API_ROLE = 'caudal_films_api';

/** Environment variable with the name of that role. */
export const apiRoleShape = { FILMS_API_ROLE: z.string().min(1).default(DEFAULT_API_ROLE) };

/** Name of that role. @throws ConfigError if it is empty */
export function apiRoleOf(environment: Environment): string {
  return parseConfig(apiRoleShape, environment).FILMS_API_ROLE;
}

/** What the API may read beside the versions. */
const READS = ['version', 'beat', 'schema_version'];

/** Whether the API's role lacks a right in the schema `films`. */
export async function lacksRights(client: DatabaseClient, apiRole: string): Promise<boolean> {
  const { rows } = await client.query<{ readonly lacks: boolean }>(
    `select not (has_schema_privilege($1, 'films', 'usage') and has_function_privilege($1, 'films.beat()', 'execute'))
         or exists (select from unnest($2::text[]) name where not has_table_privilege($1, 'films.' || name, 'select')) as lacks`,
    [apiRole, READS],
  );
  return rows[0]?.lacks !== false;
}

/** Lets the API's role read which versions there are, and write the beat. */
export async function grantRights(client: DatabaseClient, apiRole: string): Promise<void> {
  const role = escapeIdentifier(apiRole);
  await client.query(`
    grant usage on schema films to ${role};
    grant select on ${READS.map((name) => `films.${name}`).join(', ')} to ${role};
    grant execute on function films.beat() to ${role};
  `);
}
