import { type Choice, roundRobin, twoChoices } from '@caudal/films/replicas/choice';
import type { ServerAddresses } from '../../../../../../tools/servers/servers.ts';
import { runPairs } from '../../../bench/pairs.ts';
import type { Row } from '../../../bench/rows.ts';
import { importFilmsOnce, REPLICA_SERVERS } from '../services.ts';
import type { FilmsEffort } from './effort.ts';
import { measureRouting } from './routing/measure-routing.ts';

const SLOWED_BY_MS = 50;
const CLIENTS = 8;

/** Compares how long searches take with one slow replica of two, by how a replica is chosen. */
export async function routingRows(
  addresses: ServerAddresses,
  { pairs, seconds }: FilmsEffort,
): Promise<readonly Row[]> {
  await importFilmsOnce(addresses, undefined);
  const readBy = (choose: () => Choice) => async (): Promise<number> => {
    const { p99Ms } = await measureRouting({
      primaryUrl: addresses.postgresql.films.apiUrl,
      replicaUrls: REPLICA_SERVERS.map((name) => addresses[name].filmsApiUrl),
      choice: choose(),
      slowedByMs: SLOWED_BY_MS,
      clients: CLIENTS,
      seconds,
    });
    return 1_000 / p99Ms;
  };
  return [
    {
      what: `searches one after the other in the time that 99 of 100 need at most, replica chosen of two; ${CLIENTS} clients`,
      against: `the replicas in turn; one of them answers ${SLOWED_BY_MS} ms later`,
      unit: 'searches/s',
      goal: 2,
      result: await runPairs(pairs, readBy(twoChoices), readBy(roundRobin)),
    },
  ];
}
