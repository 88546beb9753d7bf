import { withIgniteRows } from './raw-ignite.ts';
import { withPostgresqlRows } from './raw-postgresql.ts';
import type { RawRows } from './stored-row.ts';

/** Connects to a store, calls `work` with the rows of a lane, and disconnects. */
type WithRows = <T>(
  store: { readonly url: string; readonly keyPrefix: string },
  work: (rows: RawRows) => Promise<T>,
) => Promise<T>;

/** Access to rows by the scheme of the store's URL; a store that is not here keeps none. */
const BY_SCHEME: Readonly<Record<string, WithRows>> = {
  postgresql: withPostgresqlRows,
  postgres: withPostgresqlRows,
  ignite: withIgniteRows,
};

/** Access to the rows of the store at a URL; undefined if it keeps none. */
export function rowsOf(url: string): WithRows | undefined {
  return BY_SCHEME[url.slice(0, url.indexOf(':'))];
}
