import type { BrokerName, LaneBrokerNames, SharedBrokerNames } from '../messaging/index.ts';
import type { StoreName } from '../stores/index.ts';

/** How messages get from ingest into a store: one broker, one store, and the names that separate this lane from others. */
export interface Lane extends LaneBrokerNames {
  /** Unique among the lanes of a deployment; a label of metrics. */
  readonly name: string;
  readonly broker: BrokerName;
  readonly store: StoreName;
  /** Prefix of its keys in the store; lanes of one store differ in it. */
  readonly keyPrefix: string;
  /** ISO 3166-1 alpha-2 codes of the countries whose messages it stores; undefined: all. */
  readonly countries?: readonly string[] | undefined;
}

/** A lane as a user configures it; {@link describeLane} derives what is not given. */
export type LaneEntry = Pick<Lane, 'name' | 'broker' | 'store'> & Partial<Lane>;

/** Names that all lanes of a deployment have in common. */
export interface SharedNames extends SharedBrokerNames {
  readonly storeKeyPrefix: string;
}
