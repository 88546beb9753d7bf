import type { BatchPosition, LogState } from '@caudal/common/messaging';
import { type Database, type DatabaseClient, sqlstateOf } from '@caudal/common/postgresql';
import type { OrdersSchemaName } from '../schema/rights.ts';
import type { TakeOutcome } from './handle-records.ts';

/** SQLSTATE of the functions that take records in: the position is not where the batch expected it. */
const MOVED = 'CA001';

/** Reads how far each source was taken in. */
export async function readPositions(
  database: Database,
  schema: OrdersSchemaName,
  sources: readonly string[],
): Promise<Map<string, LogState>> {
  const { rows } = await database.run((client) =>
    client.query<{ source: string; next: string | null; marks: string }>(
      `select source, next, marks from ${schema}.log_position where source = any ($1)`,
      [sources],
    ),
  );
  const found = new Map(rows.map((row) => [row.source, row]));
  return new Map(
    sources.map((source) => {
      const { next = null, marks = '' } = found.get(source) ?? {};
      return [source, { position: next === null ? null : Number(next), marks, attempt: '' }];
    }),
  );
}

/**
 * Calls a function that takes records in with their position, and returns its number of new records.
 * @param call a statement whose first four parameters are the position's: source, expected, next, marks
 */
export async function takeWithPosition(
  client: DatabaseClient,
  { source, expected, next, marks = '' }: BatchPosition,
  call: { readonly text: string; readonly values: readonly unknown[] },
): Promise<TakeOutcome> {
  try {
    const { rows } = await client.query<[fresh: string]>({
      text: call.text,
      values: [source, expected, next, marks, ...call.values],
      rowMode: 'array',
    });
    return { kind: 'taken', fresh: Number(rows[0]?.[0]) };
  } catch (error) {
    if (sqlstateOf(error) !== MOVED) throw error;
    const positions = JSON.parse(String((error as { detail?: unknown }).detail)) as Record<
      string,
      number | null
    >;
    return { kind: 'moved', position: positions[source] ?? null };
  }
}
