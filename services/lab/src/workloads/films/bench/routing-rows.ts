import { type Choice, roundRobin, twoChoices } from '@caudal/films/replicas/choice';
import type { ServerAddresses } from '../../../../../../tools/servers/servers.ts';
import { runPairs } from '../../../bench/pairs.ts';
import type { Row } from '../../../bench/rows.ts';
import { filmsServices, REPLICA_SERVERS } from '../services.ts';
import type { FilmsEffort } from './effort.ts';
import { measureRouting } from './routing/measure-routing.ts';

const SLOWED_BY_MS = 50;
const CLIENTS = 8;

/** Compares how long the slowest reads take where the router chooses between replicas, and where they take turns. */
export async function routingRows(
  addresses: ServerAddresses,
  { pairs, seconds }: FilmsEffort,
): Promise<readonly Row[]> {
  for (const { setUp } of filmsServices()) await setUp?.(addresses);
  const slowest = (choose: () => Choice) => async () => {
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
      what: `search by the better of two replicas, one of them ${SLOWED_BY_MS} ms slower`,
      against: `the same with the replicas taking turns; ${CLIENTS} at a time`,
      unit: 'per second, as 1 ÷ p99',
      goal: 2,
      result: await runPairs(pairs, slowest(twoChoices), slowest(roundRobin)),
    },
  ];
}
