import { backOffMs, pause } from '@caudal/common/back-off';
import { AppError, isRetriable } from '@caudal/common/errors';
import type { Logger } from '@caudal/common/logging';
import { PoisonError } from '@caudal/common/message';
import type { BatchOutcome, BatchPosition, DeliveryBatch, PoisonItem } from '@caudal/common/messaging';
import type { Persist } from '../database/persist.ts';
import type { IntakeMetrics } from './intake-metrics.ts';

/** What a database did with the records of a batch: `taken` with its position, or it has `moved` to another one. */
export type TakeOutcome =
  | { readonly kind: 'taken'; readonly fresh: number }
  | { readonly kind: 'moved'; readonly position: number | null };

/** Dependencies of {@link createRecordHandler}. */
export interface RecordHandlerOptions<T> {
  /** Decodes a record. @throws PoisonError if it can never be used */
  decode(body: Buffer): T;
  /** Takes records in, together with their position: all of it or nothing. */
  take(records: readonly T[], position: BatchPosition): Promise<TakeOutcome>;
  readonly persist: Persist;
  readonly metrics: IntakeMetrics;
  readonly logger: Logger;
}

/** Waits between two tries to park, ms. */
const PARK_FIRST_MS = 50;
const PARK_LONGEST_MS = 1_000;

/**
 * Handles batches of a log: parks what can never be used, takes the rest in, and tries for as long as the database is away.
 */
export function createRecordHandler<T>(options: RecordHandlerOptions<T>) {
  const { decode, take, persist, metrics, logger } = options;
  return async (batch: DeliveryBatch, stopping: AbortSignal): Promise<BatchOutcome> => {
    const { position } = batch;
    if (position === undefined) throw new TypeError('records are taken in from a log only');
    const { records, poison } = decodeAll(batch.bodies, decode);
    if (poison.length > 0) await park(batch, poison, stopping);
    if (poison.length > 0) metrics.parked(poison.length);
    let isUnknown = false;
    const outcome = await persist(stopping, async (attempt) => {
      isUnknown = attempt > 1;
      if (isUnknown) await batch.keepAlive();
      return take(records, position);
    });
    if (outcome.kind === 'taken') {
      metrics.taken(outcome.fresh, records.length - outcome.fresh);
      return { kind: 'stored' };
    }
    // The reply to an earlier attempt was lost, and it did the work.
    if (isUnknown && outcome.position === position.next) {
      metrics.taken(records.length, 0);
      return { kind: 'stored' };
    }
    metrics.redelivered(records.length);
    const { source, expected } = position;
    logger.warn({ source, expected, stored: outcome.position }, 'stored offset differs from the batch');
    return outcome;
  };
}

function decodeAll<T>(bodies: readonly Buffer[], decode: (body: Buffer) => T) {
  const records: T[] = [];
  const poison: PoisonItem[] = [];
  for (const [index, body] of bodies.entries()) {
    try {
      records.push(decode(body));
    } catch (error) {
      if (!(error instanceof PoisonError)) throw error;
      poison.push({ index, reason: error.message });
    }
  }
  return { records, poison };
}

/** Tries for as long as it takes: a record must not be passed over before it is among the dead letters. */
async function park(
  batch: DeliveryBatch,
  poison: readonly PoisonItem[],
  stopping: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await batch.park(poison);
    } catch (error) {
      if (!isRetriable(error)) throw error;
      if (stopping.aborted)
        throw new AppError('STOPPING', 'stopping with unparked records', { cause: error });
      await pause(backOffMs(attempt, PARK_FIRST_MS, PARK_LONGEST_MS), stopping);
      await batch.keepAlive();
    }
  }
}
