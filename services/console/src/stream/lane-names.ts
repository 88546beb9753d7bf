import { BROKERS, isBrokerName } from '@caudal/common/messaging';
import { HUES, hueOfLane } from '@caudal/common/palette';
import { isStoreName, STORES } from '@caudal/common/stores';
import type { StreamLane } from '../schemas.ts';

/** How a lane is called and coloured for a person. One whose broker or store is not known keeps its own words. */
export function namesOfLane(
  broker: string,
  store: string,
): Pick<StreamLane, 'brokerTitle' | 'storeTitle' | 'hue'> {
  const isKnown = isBrokerName(broker) && isStoreName(store);
  return {
    brokerTitle: isBrokerName(broker) ? BROKERS[broker].title : broker,
    storeTitle: isStoreName(store) ? STORES[store].title : store,
    hue: { ...(isKnown ? hueOfLane(broker, store) : HUES.neutral) },
  };
}
