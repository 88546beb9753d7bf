import { DEFAULT_NAMES, type Lane, type SharedNames } from '@caudal/common/lanes';
import { BROKERS } from '@caudal/common/messaging';
import type { ServerAddresses } from '../../../../../../tools/servers/servers.ts';
import { storeUrlOf } from '../lanes.ts';
import type { LaneLog } from './rows/read-log.ts';

/** Address of a lane's store for `--deep`. */
export interface LaneStore {
  readonly lane: string;
  readonly url: string;
  /** Prefix of all keys of the lane. */
  readonly keyPrefix: string;
  /** The log that the lane reads, where this machine reaches it. */
  readonly log?: LaneLog | undefined;
}

/** A lane's store and log on servers of this machine. @param names those that the lane was described with */
export function laneStoreOf(
  lane: Lane,
  addresses: ServerAddresses,
  { topic }: Pick<SharedNames, 'topic'> = DEFAULT_NAMES,
): LaneStore {
  return {
    lane: lane.name,
    url: storeUrlOf(lane, addresses),
    keyPrefix: lane.keyPrefix,
    ...(BROKERS[lane.broker].kind === 'log' && { log: { brokers: addresses.kafka.brokers, topic } }),
  };
}
