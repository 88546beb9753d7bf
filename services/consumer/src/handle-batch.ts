import { AppError, isRetriable } from '@caudal/common/errors';
import { decodeEnvelope, type Envelope, PoisonError } from '@caudal/common/message';
import type { BatchOutcome, DeliveryBatch, PoisonItem } from '@caudal/common/messaging';
import { backOff } from './back-off.ts';
import type { LaneMetrics } from './metrics.ts';
import type { StoreWriter } from './store-writer.ts';

/**
 * Handles a batch: parks messages that can never be stored, skips those of countries that the lane does not take, writes
 * the rest, and only then lets the adapter acknowledge.
 *
 * @param countries the only countries that the lane takes; undefined: all
 */
export function createBatchHandler(writer: StoreWriter, metrics: LaneMetrics, countries?: readonly string[]) {
  const taken = countries === undefined ? undefined : new Set(countries);
  return async (batch: DeliveryBatch, stopping: AbortSignal): Promise<BatchOutcome> => {
    metrics.redelivered(batch.redelivered);
    const { envelopes, poison } = decode(batch.bodies);
    if (poison.length > 0) await park(batch, poison, stopping, metrics);
    const own = taken === undefined ? envelopes : envelopes.filter(({ country }) => taken.has(country));
    const outcome: BatchOutcome =
      own.length === 0 && batch.position === undefined
        ? { kind: 'stored' }
        : await writer.write({
            envelopes: own,
            position: batch.position,
            keepAlive: () => batch.keepAlive(),
          });
    const skipped = envelopes.length - own.length;
    if (skipped > 0 && outcome.kind === 'stored') metrics.skipped(skipped);
    return outcome;
  };
}

/**
 * Parks a batch's only message without decoding it, and stores its position: for a message that must not be decoded again.
 */
export function createUnreadParker(writer: StoreWriter, metrics: LaneMetrics) {
  return async (batch: DeliveryBatch, reason: string, stopping: AbortSignal): Promise<BatchOutcome> => {
    await park(batch, [{ index: 0, reason }], stopping, metrics);
    return writer.write({ envelopes: [], position: batch.position, keepAlive: () => batch.keepAlive() });
  };
}

function decode(bodies: readonly Buffer[]): { envelopes: Envelope[]; poison: PoisonItem[] } {
  const envelopes: Envelope[] = [];
  const poison: PoisonItem[] = [];
  for (let index = 0; index < bodies.length; index += 1) {
    try {
      envelopes.push(decodeEnvelope(bodies[index] as Buffer));
    } catch (error) {
      if (!(error instanceof PoisonError)) throw error;
      poison.push({ index, reason: error.message });
    }
  }
  return { envelopes, poison };
}

/** Moves poison messages to the dead letters, retrying indefinitely: they must not be acknowledged before. */
async function park(
  batch: DeliveryBatch,
  poison: readonly PoisonItem[],
  stopping: AbortSignal,
  metrics: LaneMetrics,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await batch.park(poison);
      metrics.parked(poison.length);
      return;
    } catch (error) {
      if (!isRetriable(error)) throw error;
      if (stopping.aborted)
        throw new AppError('STOPPING', 'stopping with unparked messages', { cause: error });
      await backOff(attempt, stopping);
      await batch.keepAlive();
    }
  }
}
