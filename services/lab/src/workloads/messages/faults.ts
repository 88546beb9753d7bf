import type { Lane } from '@caudal/common/lanes';
import type { BrokerName } from '@caudal/common/messaging';
import { METRICS } from '@caudal/common/metrics';
import type { ServerAddresses } from '../../../../../tools/servers/servers.ts';
import {
  type BreakableConnection,
  type BreakableServer,
  type Felt,
  LAB_SIGNS,
  type Sign,
} from '../../chaos/chaos-workload.ts';
import type { ServiceRole } from '../../stack/service-spec.ts';
import { brokersOf, storesOf, storeUrlOf } from './lanes.ts';

/** Longer than an end-to-end latency without a fault, seconds: a bound of the histogram. */
const LATE_AFTER_SECONDS = 0.5;

const { clientRetries, requestsCutOff, repliesHeldBack } = LAB_SIGNS;

/** A sign that is the increase of a counter. */
const counted = (name: string, label: string, metric: string, summary: string): Sign => ({
  name,
  label,
  summary,
  count: (increases) => increases.counter(metric),
});

/** Kinds of evidence in the pipeline. */
export const SIGNS: readonly Sign[] = [
  clientRetries,
  requestsCutOff,
  // By a broker, or as batches behind the store's position.
  counted('redeliveries', 'redelivered', METRICS.redeliveries.name, 'messages redelivered'),
  counted('duplicates', 'duplicates refused', METRICS.duplicates.name, 'duplicates refused'),
  {
    ...counted('storeRetries', 'store retries', METRICS.storeRetries.name, 'store retries'),
    mayBeHidden: true,
  },
  {
    name: 'late',
    label: 'late',
    count: (increases) =>
      [...increases.buckets(METRICS.endToEndSeconds.name, {})].reduce(
        (sum, [bound, count]) => sum + (bound > LATE_AFTER_SECONDS ? count : 0),
        0,
      ),
  },
  repliesHeldBack,
];

/** How a broker that is away or suspended is felt. */
const BROKERS: Readonly<Record<BrokerName, Felt>> = {
  // Ingest refuses requests as soon as its connection is lost, so a kill makes the client retry. A suspension shorter than
  // the timeouts only adds delay.
  rabbitmq: (action) => (action === 'kill' ? [['clientRetries']] : [['clientRetries', 'late']]),
  // After a kill too: its driver retries for seconds, and may still be waiting when it returns.
  kafka: () => [['clientRetries', 'late']],
};

/** A store that returns quickly may receive the driver's retry before the consumer has to retry. */
const feltStore: Felt = () => [['storeRetries', 'late']];

/** The driver or the consumer retries after a lost reply; either way the store receives a second request. */
const feltLostReply: Felt = () => [['repliesHeldBack'], ['storeRetries', 'duplicates', 'redeliveries']];

/** How the services are felt. The console only reads: breaking it would show nothing. */
export const SERVICES: Readonly<Partial<Record<ServiceRole, Felt>>> = {
  entry: (action) => [action === 'kill' ? ['clientRetries', 'requestsCutOff'] : ['clientRetries']],
  worker: () => [['redeliveries', 'late']],
};

/** The brokers and stores of these lanes. */
export function breakableServers(lanes: readonly Lane[]): readonly BreakableServer[] {
  return [
    ...brokersOf(lanes).map((name) => ({ name, felt: BROKERS[name] })),
    ...storesOf(lanes).map((name) => ({ name, felt: feltStore })),
  ];
}

/** The lanes' connections to their stores. */
export function breakableConnections(
  lanes: readonly Lane[],
  addresses: ServerAddresses,
): readonly BreakableConnection[] {
  return lanes.map((lane) => ({
    name: connectionOf(lane, lanes),
    url: storeUrlOf(lane, addresses),
    felt: feltLostReply,
  }));
}

/** Name of a lane's connection to its store: the store's, or the lane's where several lanes share the store. */
export function connectionOf(lane: Lane, lanes: readonly Lane[]): string {
  const isShared = lanes.some(({ name, store }) => name !== lane.name && store === lane.store);
  return isShared ? lane.name : lane.store;
}
