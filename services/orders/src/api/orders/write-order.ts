import { errorMessage, isRefused } from '@caudal/common/errors';
import { ProblemError } from '@caudal/common/http';
import type { GroupCommit, KeyedRecord } from '@caudal/common/messaging';
import { encodeRecord, type OrderRecord } from '../../domain/records.ts';
import { PROBLEMS } from '../problems.ts';

/** Writes accepted orders to the log. */
export interface WriteOrder {
  /** @throws ProblemError `broker-unavailable` or `overloaded`; nothing was written */
  assertReady(): void;
  /**
   * Resolves when the log has the order durably.
   * @throws ProblemError `unconfirmed` if it did not say so in time, `broker-refused` if it never will; the outcome is unknown
   */
  write(order: OrderRecord): Promise<void>;
}

const RETRY_AFTER_SECONDS = 1;

/**
 * Writes each order keyed by its id.
 * @param writeTimeoutMs time for the confirm
 */
export function createWriteOrder(
  commit: Pick<GroupCommit<KeyedRecord>, 'broker' | 'isReady' | 'pending' | 'publish'>,
  options: { readonly writeTimeoutMs: number; readonly maxPendingOrders: number },
): WriteOrder {
  const { writeTimeoutMs, maxPendingOrders } = options;
  const members = { brokers: [commit.broker] };
  return {
    assertReady() {
      if (!commit.isReady())
        throw new ProblemError(
          PROBLEMS['broker-unavailable'],
          `Not connected to ${commit.broker}. Nothing was ordered; retry later.`,
          { retryAfterSeconds: RETRY_AFTER_SECONDS, members },
        );
      if (commit.pending() >= maxPendingOrders)
        throw new ProblemError(
          PROBLEMS.overloaded,
          `Too many orders are waiting for ${commit.broker}. Nothing was ordered; retry later.`,
          { retryAfterSeconds: RETRY_AFTER_SECONDS, members },
        );
    },
    async write(order) {
      try {
        const record = { key: order.orderid, value: encodeRecord(order) };
        await commit.publish([record], performance.now() + writeTimeoutMs);
      } catch (error) {
        const reasons = [`${commit.broker}: ${errorMessage(error)}`];
        if (isRefused(error))
          throw new ProblemError(
            PROBLEMS['broker-refused'],
            `${commit.broker} rejected the order permanently. Retrying does not help: raise the broker's limit for messages.`,
            { members, reasons },
          );
        throw new ProblemError(
          PROBLEMS.unconfirmed,
          `No confirm from ${commit.broker} within ${writeTimeoutMs} ms: the order may or may not be accepted. Retrying with the same Idempotency-Key is safe; without a key, a retry may be a second order.`,
          { retryAfterSeconds: RETRY_AFTER_SECONDS, members, reasons },
        );
      }
    },
  };
}
