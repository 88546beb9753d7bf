import { defaultLanes, describeLane, type Lane, type SharedNames } from '@caudal/common/lanes';
import { BROKER_NAMES, type BrokerName } from '@caudal/common/messaging';
import { STORE_NAMES, type StoreName } from '@caudal/common/stores';
import type { ServerAddresses, ServerName } from '../../../../../tools/servers/servers.ts';
import { UsageError } from '../../cli/arguments.ts';

/**
 * Reads the value of `--lanes`: `rabbitmq-valkey,kafka-valkey`, each entry a broker and a store. Undefined: the default lanes.
 * @throws UsageError that names the bad entry and what may stand in its place.
 */
export function readLanes(text: string | undefined, names?: SharedNames): readonly Lane[] {
  if (text === undefined) return defaultLanes(names);
  const lanes = text.split(',').map((entry) => readLane(entry.trim(), names));
  const twice = lanes.find(({ name }, index) => lanes.findIndex((lane) => lane.name === name) < index);
  if (twice !== undefined) throw new UsageError(`--lanes: ${twice.name} is listed twice; name it once`);
  return lanes;
}

function readLane(entry: string, names: SharedNames | undefined): Lane {
  const broker = BROKER_NAMES.find((name) => entry.startsWith(`${name}-`));
  const store = STORE_NAMES.find((name) => entry === `${broker}-${name}`);
  if (broker === undefined || store === undefined) {
    throw new UsageError(
      `--lanes: '${entry}' is no lane: use <broker>-<store> with broker ${BROKER_NAMES.join(' or ')} and store ${STORE_NAMES.join(' or ')}`,
    );
  }
  return describeLane({ name: entry, broker, store }, names);
}

/** Name of the set of a lane's consumers: the default lanes' go by their broker, any other lane's by the lane. */
export function consumerOf(lane: Lane): string {
  const isDefault = defaultLanes().some(({ name }) => name === lane.name);
  return `${isDefault ? lane.broker : lane.name}-consumer`;
}

/** Address of a lane's store. */
export function storeUrlOf(lane: Lane, addresses: ServerAddresses): string {
  return addresses[lane.store].url;
}

/** Brokers that lanes read. */
export function brokersOf(lanes: readonly Lane[]): readonly BrokerName[] {
  return BROKER_NAMES.filter((name) => lanes.some(({ broker }) => broker === name));
}

/** Stores that lanes write. */
export function storesOf(lanes: readonly Lane[]): readonly StoreName[] {
  return STORE_NAMES.filter((name) => lanes.some(({ store }) => store === name));
}

/** Servers that lanes need. */
export function serversOf(lanes: readonly Lane[]): readonly ServerName[] {
  return [...brokersOf(lanes), ...storesOf(lanes)];
}
