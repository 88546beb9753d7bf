import { METRICS } from '@caudal/common/metrics';
import { type BreakableServer, type Felt, LAB_SIGNS, type Sign } from '../../chaos/chaos-workload.ts';
import { API, REPLICA_SERVERS, REPLICAS } from './services.ts';

const { clientRetries, requestsCutOff, answersLate } = LAB_SIGNS;

/** A sign that is the increase of a counter. */
const counted = (
  name: string,
  label: string,
  metric: string,
  labels: Readonly<Record<string, string>> = {},
): Sign => ({ name, label, count: (increases) => increases.counter(metric, labels) });

/** Sign that processes of the API have left a server out. */
export function leftOut(server: string): string {
  return `leftOut-${server}`;
}

/** Kinds of evidence in the films. */
export const SIGNS: readonly Sign[] = [
  // The fewer, the better: what the API withstands, no client has to ask again.
  { ...clientRetries, mayBeHidden: true },
  requestsCutOff,
  answersLate,
  counted('unavailable', 'answered 503', METRICS.filmRequests.name, { status: '503' }),
  {
    ...counted('readRetries', 'reads sent once more', METRICS.filmRetries.name),
    summary: 'reads sent once more',
  },
  counted('lastResort', 'left to the primary', METRICS.filmLastResort.name),
  ...['primary', ...REPLICAS].map(
    (server): Sign => ({
      ...counted(leftOut(server), `${server} left out`, METRICS.filmReplicaOuts.name, { server }),
      summary: `${server} left out`,
    }),
  ),
];

/** Servers to break. */
export const BREAKABLE_SERVERS: readonly BreakableServer[] = [
  { name: 'postgresql', felt: () => [[leftOut('primary')]] },
  ...REPLICA_SERVERS.map(
    (name, place): BreakableServer => ({
      name,
      felt: () => [[leftOut(REPLICAS[place] ?? '')]],
    }),
  ),
];

/** What shows that a process of a service was killed or suspended. */
export function feltBy({ name }: { readonly name: string }): Felt | undefined {
  if (name !== API) return undefined;
  return (action) => [
    action === 'kill' ? ['requestsCutOff', 'clientRetries'] : ['answersLate', 'clientRetries'],
  ];
}
