import type { RawRows } from './stored-row.ts';

/** Connects to a store, calls `work` with the rows of a lane, and disconnects. */
export type WithRows = <T>(
  store: { readonly url: string; readonly keyPrefix: string },
  work: (rows: RawRows) => Promise<T>,
) => Promise<T>;

const postgresql = async (): Promise<WithRows> => (await import('./raw-postgresql.ts')).withPostgresqlRows;

/** Access to rows by the scheme of the store's URL, with its driver loaded on first use. */
const BY_SCHEME: Readonly<Record<string, () => Promise<WithRows>>> = {
  postgresql,
  postgres: postgresql,
  ignite: async () => (await import('./raw-ignite.ts')).withIgniteRows,
};

/** Whether the store at a URL keeps rows. */
export function keepsRows(url: string): boolean {
  return Object.hasOwn(BY_SCHEME, schemeOf(url));
}

/** Calls `work` with the rows of a lane. @throws Error if the store keeps none, or with the driver's error */
export const withRows: WithRows = async (store, work) => {
  const scheme = BY_SCHEME[schemeOf(store.url)];
  if (scheme === undefined) throw new Error(`a store at ${schemeOf(store.url)}://… keeps no rows`);
  return (await scheme())(store, work);
};

function schemeOf(url: string): string {
  return url.slice(0, url.indexOf(':'));
}
