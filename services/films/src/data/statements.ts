import type { DatabaseClient } from '@caudal/common/postgresql';

/** Time that a statement over all films may take. */
export const PATIENCE_MS = 30 * 60_000;
/** Time that a batch may take, on a server with much else to do. */
const BATCH_MS = 60_000;

/** Runs a statement over all films; returns its rows. */
export function runLong<Row extends object>(client: DatabaseClient, text: string): Promise<readonly Row[]> {
  return run<Row>(client, { text, query_timeout: PATIENCE_MS });
}

/** Runs a statement of a batch. */
export async function runBatch(
  client: DatabaseClient,
  text: string,
  values: readonly string[],
): Promise<void> {
  await run(client, { text, values, query_timeout: BATCH_MS });
}

/** The driver knows a limit of its own for each statement, which its types do not have. */
async function run<Row extends object>(
  client: DatabaseClient,
  query: { readonly text: string; readonly values?: readonly string[]; readonly query_timeout: number },
): Promise<readonly Row[]> {
  const { rows } = await client.query<Row>(query as { text: string });
  return rows;
}
