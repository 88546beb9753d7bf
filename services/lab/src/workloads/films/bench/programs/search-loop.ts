import type { VersionReader } from '@caudal/films/search/results';
import { search } from '@caudal/films/search/search';
import { FILMS } from '@caudal/films/search/subjects';
import pg from 'pg';
import { required } from '../../../../bench/programs/meter.ts';

/**
 * Reference for the API: the statements of a search over a pool as large as the API's, without HTTP, choice of a server, deadline or
 * version.
 */
const seconds = Number(required('BENCH_SECONDS'));
const inFlight = Number(required('BENCH_CONNECTIONS'));
const folded = required('BENCH_QUERY');
const pool = new pg.Pool({
  connectionString: required('POSTGRESQL_URL'),
  max: Number(required('POSTGRESQL_POOL_SIZE')),
});
const { rows } = await pool.query<{ id: number }>(`select id from films.version where state = 'current'`);
const version = rows[0]?.id;
if (version === undefined) throw new Error('there are no films');
const reader: VersionReader = {
  version,
  query: async <Row>({ text, values }: { readonly text: string; readonly values: readonly unknown[] }) =>
    (await pool.query({ text, values: [...values] })).rows as readonly Row[],
};

let searches = 0;
const startedAt = performance.now();
async function searchOn(): Promise<void> {
  while (performance.now() - startedAt < seconds * 1_000) {
    const { entries } = await search(reader, FILMS, { folded, filters: [], limit: 20 });
    if (entries.length === 0) throw new Error(`nothing was found for ${folded}`);
    searches += 1;
  }
}
await Promise.all(Array.from({ length: inFlight }, searchOn));
const milliseconds = performance.now() - startedAt;
process.stdout.write(`${JSON.stringify({ messages: searches, milliseconds })}\n`);
await pool.end();
