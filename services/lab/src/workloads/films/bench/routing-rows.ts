import type { ServerAddresses } from '../../../../../../tools/servers/servers.ts';
import { runPairs } from '../../../bench/pairs.ts';
import { readLine, startProgram } from '../../../bench/program.ts';
import type { Row } from '../../../bench/rows.ts';
import { importFilmsOnce, REPLICA_SERVERS } from '../services.ts';
import type { FilmsEffort } from './effort.ts';

const SLOW_MS = 50;
const RATE = 100;

/** Compares how long reads take with one slow replica of two, by how a replica is chosen. */
export async function routingRows(
  addresses: ServerAddresses,
  { pairs, seconds }: FilmsEffort,
): Promise<readonly Row[]> {
  await importFilmsOnce(addresses, undefined);
  const readBy = (choice: 'two choices' | 'round robin') => async (): Promise<number> => {
    const child = startProgram('services/lab/src/workloads/films/bench/programs/route-reads.ts', {
      POSTGRESQL_URL: addresses.postgresql.films.apiUrl,
      POSTGRESQL_REPLICA_URLS: REPLICA_SERVERS.map((name) => addresses[name].filmsApiUrl).join(','),
      BENCH_CHOICE: choice,
      BENCH_RATE: String(RATE),
      BENCH_SLOW_MS: String(SLOW_MS),
      BENCH_SECONDS: String(seconds),
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const { p99Ms } = await readLine<{ readonly p99Ms: number }>(child, (line) => 'p99Ms' in line);
    await ended;
    return 1_000 / p99Ms;
  };
  return [
    {
      what: `reads one after the other in the p99 of ${RATE} reads/s, replica chosen of two`,
      against: `the replicas in turn; one of them answers ${SLOW_MS} ms later`,
      unit: 'reads/s',
      goal: 2,
      result: await runPairs(pairs, readBy('two choices'), readBy('round robin')),
    },
  ];
}
