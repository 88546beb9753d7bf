import type { BatchPosition } from '@caudal/common/messaging';
import type { ConfirmationRecord, OrderRecord } from '../domain/records.ts';
import type { StateNumber } from '../domain/state.ts';
import type { TakeOutcome } from '../log/handle-records.ts';
import type { Positions } from '../log/intake.ts';

/** An order that reached a state because its time had come. */
export interface Transition {
  readonly state: StateNumber;
  /** From when it was due to when it was reached, ms. */
  readonly lateMs: number;
}

/** What is in the book. */
export interface BookFigures {
  readonly ordersByState: ReadonlyMap<StateNumber, number>;
  /** Transitions that are not announced yet. */
  readonly outboxRecords: number;
  /** Age of the oldest of them; 0 if there is none. */
  readonly outboxAgeSeconds: number;
}

/**
 * The orders with their states, as the processor needs them; any number of processes share one book. Every method is one atomic
 * step, and may be repeated after an error that is retriable: its outcome is unknown.
 *
 * All methods throw AppError: `STORE_UNAVAILABLE` (retriable), `STORE_REJECTED` if a retry cannot help.
 */
export interface OrderBook extends Positions {
  readonly name: string;
  /** Connects, trying for as long as it takes. */
  connect(): Promise<void>;
  /** Takes a batch in, each order once, and moves the position of its partition; nothing if the position is another one. */
  takeIn(orders: readonly OrderRecord[], position: BatchPosition): Promise<TakeOutcome>;
  /** Moves orders whose time has come, at most `maxOrders`; those in the hands of another process are passed over. */
  tick(maxOrders: number): Promise<readonly Transition[]>;
  /** Time until the next state of any order is due, ms: negative if it is late, null if there is none. */
  nextDueMs(): Promise<number | null>;
  /**
   * Takes the first transitions of some orders that are not announced, at most `maxRecords`, gives them to `write`, and forgets
   * them once it has resolved. No other process gets transitions of the same orders meanwhile.
   *
   * @returns how many there were; 0 if there is nothing to announce, or other processes have it
   * @throws what `write` throws; they are kept then
   */
  announce(
    maxRecords: number,
    write: (records: readonly ConfirmationRecord[]) => Promise<void>,
  ): Promise<number>;
  figures(): Promise<BookFigures>;
  /** Deletes orders that ended longer ago than they are kept, a bounded number; returns how many. */
  expire(): Promise<number>;
  isReady(): boolean;
  /** Why it is not ready, as far as that is known. */
  unreadyReason(): string | undefined;
  close(): Promise<void>;
}
