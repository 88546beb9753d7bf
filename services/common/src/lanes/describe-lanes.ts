import type { BrokerName } from '../messaging/ports.ts';
import type { Lane, LaneEntry, SharedNames } from './lane.ts';

type BrokerNames = Pick<Lane, 'subscription' | 'deadLetters'>;

/** The broker's names of the lane that has them without a suffix, and of any other lane. */
const NAMES: Readonly<
  Record<
    BrokerName,
    {
      readonly shared: (names: SharedNames) => BrokerNames;
      readonly own: (names: SharedNames, lane: string) => BrokerNames;
    }
  >
> = {
  rabbitmq: {
    shared: ({ queue }) => ({ subscription: queue, deadLetters: `${queue}.dead` }),
    own: ({ queue }, lane) => ({ subscription: `${queue}.${lane}`, deadLetters: `${queue}.${lane}.dead` }),
  },
  kafka: {
    shared: ({ group, topic }) => ({ subscription: group, deadLetters: `${topic}.dead` }),
    own: ({ group, topic }, lane) => ({
      subscription: `${group}-${lane}`,
      deadLetters: `${topic}.${lane}.dead`,
    }),
  },
};

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
  const { shared, own } = NAMES[entry.broker];
  const derived = {
    ...(isDefault ? shared(names) : own(names, entry.name)),
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
