import { Client } from 'pg';
import type { KnownVersions } from './account.ts';

/** Time to answer, ms. */
const TIMEOUT_MS = 5_000;

/** The versions that a database has. */
export interface StoredVersions {
  readonly current: number;
  /** With those that are kept for searches that began before the last import. */
  readonly kept: readonly number[];
}

/** Reads by raw SQL which versions of the films there are. @throws Error where there is none */
export async function readVersions(url: string): Promise<StoredVersions> {
  const client = new Client({
    connectionString: url,
    application_name: 'caudal-witness',
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ id: number; state: string }>(
      `select id, state from films.version where state in ('current', 'previous')`,
    );
    const current = rows.find(({ state }) => state === 'current')?.id;
    if (current === undefined) throw new Error('no films have been imported');
    return { current, kept: rows.map(({ id }) => id) };
  } finally {
    await client.end();
  }
}

/** What a judge has to know of the versions before and after a load. */
export function knownVersions(before: StoredVersions, after: StoredVersions): KnownVersions {
  return { before: before.current, after: after.current, kept: after.kept };
}
