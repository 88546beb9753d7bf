import type { Logger } from '@caudal/common/logging';
import { BROKERS, createLogTail } from '@caudal/common/messaging';
import type { Registry } from '@caudal/common/metrics';
import type { LaneSettings } from '../config.ts';
import { LiveHub } from './hub.ts';
import type { LiveAccess } from './live-handler.ts';
import { createLiveMeter } from './live-meter.ts';

/** Creates the live tail of the first lane that reads a log; all lanes of a log get the same messages. */
export async function createLive(
  { isLive, lanes }: { readonly isLive: boolean; readonly lanes: readonly LaneSettings[] },
  registry: Registry,
  logger: Logger,
): Promise<LiveAccess> {
  let hub: LiveHub | undefined;
  const meter = createLiveMeter(registry, () => hub);
  if (!isLive) return { reason: 'LIVE is not on' };
  const ofLog = lanes.filter(({ broker }) => BROKERS[broker.name].kind === 'log');
  const [first] = ofLog;
  const open = async () => first && (await createLogTail(first.broker, { logger }));
  const [tail, behind] = [await open(), await open()];
  if (tail === undefined) {
    return { reason: 'no lane reads a log, and a queue gives a message to its consumers only' };
  }
  hub = new LiveHub(tail, logger, meter, {}, behind);
  return { hub, lanes: ofLog.map(({ lane, countries }) => ({ lane, countries })) };
}

/** Whether there is a live tail, and what is wrong with it at the moment. */
export function availabilityOf(live: LiveAccess): { enabled: boolean; reason?: string } {
  if ('reason' in live) return { enabled: false, reason: live.reason };
  const { trouble } = live.hub;
  return trouble === undefined ? { enabled: true } : { enabled: true, reason: trouble };
}
