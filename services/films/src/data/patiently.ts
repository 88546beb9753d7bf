import type { DatabaseClient } from '@caudal/common/postgresql';

/** Time that a statement over all films may take. */
export const PATIENCE_MS = 30 * 60_000;

/** Runs a statement that may take long: the driver's own limit is meant for batches. Returns its rows. */
export async function patiently<Row extends object>(
  client: DatabaseClient,
  text: string,
): Promise<readonly Row[]> {
  const { rows } = await client.query<Row>({ text, query_timeout: PATIENCE_MS } as { text: string });
  return rows;
}
