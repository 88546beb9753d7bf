import { BROKERS } from '../messaging/index.ts';
import type { Lane, LaneEntry, SharedNames } from './lane.ts';

/** The lanes of a deployment that configures none. They have the shared names as they are. */
const DEFAULT_ENTRIES: readonly LaneEntry[] = [
  { name: 'rabbitmq-valkey', broker: 'rabbitmq', store: 'valkey' },
  { name: 'kafka-redis', broker: 'kafka', store: 'redis' },
];

/** Names used where none are configured. */
export const DEFAULT_NAMES: SharedNames = {
  queue: 'message',
  topic: 'message',
  group: 'caudal',
  storeKeyPrefix: '',
};

/** The lanes of a deployment that configures none. */
export function defaultLanes(names: SharedNames = DEFAULT_NAMES): readonly Lane[] {
  return DEFAULT_ENTRIES.map((entry) => describeLane(entry, names));
}

/**
 * Completes a lane. What it does not give is derived from its name, so that lanes of one broker or one store do not meet:
 * queue `message.<lane>`, group `caudal-<lane>`, keys `<lane>:…`. The default lanes keep the shared names.
 */
export function describeLane(entry: LaneEntry, names: SharedNames = DEFAULT_NAMES): Lane {
  const isDefault = DEFAULT_ENTRIES.some(
    ({ name, broker, store }) => name === entry.name && broker === entry.broker && store === entry.store,
  );
  const derived = {
    ...BROKERS[entry.broker].laneNames(names, isDefault ? undefined : entry.name),
    keyPrefix: isDefault ? names.storeKeyPrefix : `${names.storeKeyPrefix}${entry.name}:`,
  };
  return {
    name: entry.name,
    broker: entry.broker,
    store: entry.store,
    subscription: entry.subscription ?? derived.subscription,
    deadLetters: entry.deadLetters ?? derived.deadLetters,
    keyPrefix: entry.keyPrefix ?? derived.keyPrefix,
    countries: entry.countries,
  };
}
