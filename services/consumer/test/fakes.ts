import type { Envelope } from '@caudal/common/message';
import { encodeEnvelope } from '@caudal/common/message';
import type { BatchPosition, DeliveryBatch, PoisonItem } from '@caudal/common/messaging';
import type { LaneMetrics } from '../src/metrics.ts';

/** An envelope of producer `p`. */
export function envelope(sequence: number, country = 'ES'): Envelope {
  return { description: 'd', country, weather: 'sunny', producer: 'p', sequence, acceptedAt: Date.now() };
}

/** A batch as an adapter hands it over, with what was parked. */
export function batchOf(
  bodies: readonly (Envelope | string)[],
  overrides: Partial<DeliveryBatch> & { position?: BatchPosition } = {},
): DeliveryBatch & { readonly parked: PoisonItem[] } {
  const parked: PoisonItem[] = [];
  return {
    bodies: bodies.map((body) => (typeof body === 'string' ? Buffer.from(body) : encodeEnvelope(body))),
    redelivered: 0,
    park(items) {
      parked.push(...items);
      return Promise.resolve();
    },
    keepAlive: () => Promise.resolve(),
    ...overrides,
    parked,
  };
}

/** Metrics that only remember. */
export function recordingMetrics(): LaneMetrics & {
  readonly seen: {
    stored: number;
    duplicates: number;
    batches: number[];
    latencies: number;
    redelivered: number;
  };
  readonly events: string[];
} {
  const seen = { stored: 0, duplicates: 0, batches: [] as number[], latencies: 0, redelivered: 0 };
  const events: string[] = [];
  return {
    seen,
    events,
    applied(result, messages) {
      seen.stored += result.stored;
      seen.duplicates += result.duplicates;
      seen.batches.push(messages);
    },
    latency() {
      seen.latencies += 1;
    },
    redelivered(messages) {
      seen.redelivered += messages;
    },
    parked: (messages) => void events.push(`parked ${messages}`),
    skipped: (messages) => void events.push(`skipped ${messages}`),
    storeRetry: () => void events.push('retry'),
    logEvent: (event) => void events.push(event.kind),
    paused: (isPaused) => void events.push(isPaused ? 'paused' : 'resumed'),
  };
}
