import type { KafkaSettings } from './settings.ts';

/** How long the broker waits when it has nothing. */
const MAX_WAIT_MS = 100;
/** What ends the gathering early. */
const GATHERED_BYTES = 65_536;

/** When the broker answers a fetch of a consumer: with `minBytes`, or after `maxWaitMs` with what there is. */
export function fetchWait({
  gatherMs = 0,
  requestTimeoutMs,
}: Pick<KafkaSettings, 'gatherMs' | 'requestTimeoutMs'>): {
  readonly minBytes: number;
  readonly maxWaitMs: number;
} {
  return gatherMs > 0
    ? // A request that is answered later than its time limit is one that failed.
      { minBytes: GATHERED_BYTES, maxWaitMs: Math.min(gatherMs, Math.floor(requestTimeoutMs / 2)) }
    : { minBytes: 1, maxWaitMs: MAX_WAIT_MS };
}
