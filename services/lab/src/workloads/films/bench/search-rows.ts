import type { ServerAddresses } from '../../../../../../tools/servers/servers.ts';
import { runPairs } from '../../../bench/pairs.ts';
import { measure, rate } from '../../../bench/program.ts';
import type { Row } from '../../../bench/rows.ts';
import { startTarget } from '../../../bench/target.ts';
import { runLoad } from '../../messages/bench/http-load.ts';
import { importFilmsOnce } from '../services.ts';
import type { FilmsEffort } from './effort.ts';

const CONNECTIONS = 32;
const POOL_SIZE = 8;
const QUERY = 'the godfather';

/** Compares a search by the API, which keeps no answers, with its statements over a bare pool, on one and the same replica. */
export async function searchRows(
  addresses: ServerAddresses,
  { pairs, seconds }: FilmsEffort,
): Promise<readonly Row[]> {
  await importFilmsOnce(addresses, undefined);
  const { filmsApiUrl } = addresses['postgresql-replica-1'];
  const api = await startTarget('services/films/src/api/main.ts', {
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    OPERATIONS_HOST: '127.0.0.1',
    OPERATIONS_PORT: '0',
    LOG_LEVEL: 'info',
    POSTGRESQL_URL: addresses.postgresql.films.apiUrl,
    POSTGRESQL_REPLICA_URLS: filmsApiUrl,
    POSTGRESQL_POOL_SIZE: String(POOL_SIZE),
    PRIMARY_READS: 'off',
    CACHE_MIB: '0',
    READ_DEADLINE_MS: '10000',
    READ_ATTEMPT_MS: '10000',
    REPLICA_PROBE_TIMEOUT_MS: '5000',
    REPLICA_MAX_LAG_MS: '60000',
  });
  try {
    const load = { path: `/films?q=${encodeURIComponent(QUERY)}`, messages: 1 };
    const ours = async () => (await runLoad(api, load, { connections: CONNECTIONS, seconds })).perSecond;
    const loop = async () =>
      rate(
        await measure('services/lab/src/workloads/films/bench/programs/search-loop.ts', {
          POSTGRESQL_URL: filmsApiUrl,
          POSTGRESQL_POOL_SIZE: String(POOL_SIZE),
          BENCH_CONNECTIONS: String(CONNECTIONS),
          BENCH_SECONDS: String(seconds),
          BENCH_QUERY: QUERY,
        }),
      );
    return [
      {
        what: `GET /films?q=${QUERY}, read from a replica, nothing from memory`,
        against: `the same statements over a pool of ${POOL_SIZE} to the same replica, without HTTP; ${CONNECTIONS} at a time`,
        unit: 'searches/s',
        goal: 0.5,
        result: await runPairs(pairs, ours, loop),
      },
    ];
  } finally {
    await api.stop();
  }
}
