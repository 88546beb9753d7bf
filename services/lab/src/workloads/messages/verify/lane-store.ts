import { DEFAULT_NAMES, type Lane, type SharedNames } from '@caudal/common/lanes';
import { BROKERS } from '@caudal/common/messaging';
import type { ServerAddresses } from '../../../../../../tools/servers/servers.ts';
import { storeUrlOf } from '../lanes.ts';
import type { LaneStore } from './verify-deep.ts';

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
