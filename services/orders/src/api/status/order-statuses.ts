import type { Language } from '../../domain/records.ts';
import type { StateNumber } from '../../domain/state.ts';

/** A mail about one state of an order. */
export interface MailStatus {
  readonly state: StateNumber;
  readonly status: 'waiting' | 'sent' | 'parked';
  readonly attempts: number;
  /** The mail server's last refusal; null if there is none. */
  readonly reason: string | null;
  /** Ms since the epoch; null if it was not sent. */
  readonly sentAt: number | null;
}

/** An order as it stands. Times are of the database's clock, ms since the epoch. */
export interface OrderStatus {
  readonly id: string;
  /** Counted up from 1, with gaps. */
  readonly number: number;
  readonly game: {
    readonly id: number;
    readonly row: number;
    readonly name: string;
    readonly priceCents: number;
  };
  readonly maskedEmail: string;
  readonly language: Language;
  readonly state: StateNumber;
  /** When the next state is due; null after the last one. */
  readonly dueAt: number | null;
  /** In order. */
  readonly history: readonly { readonly state: StateNumber; readonly at: number }[];
  /** In order of their states. */
  readonly mails: readonly MailStatus[];
  /** Differs when the state or a mail has changed. */
  readonly signature: string;
}

/**
 * Reads and cancels orders that were taken in.
 *
 * Every method throws AppError `STORE_UNAVAILABLE` (retriable) while the database is away; the outcome of a cancel is unknown then.
 */
export interface OrderStatuses {
  /** The orders of these ids that were taken in. */
  read(ids: readonly string[]): Promise<ReadonlyMap<string, OrderStatus>>;
  /** The order of a number; undefined if there is none (yet). */
  readByNumber(number: number): Promise<OrderStatus | undefined>;
  /** {@link OrderStatus.signature} of the orders of these ids that were taken in: cheaper than reading them. */
  signatures(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The offset to take in next by partition of the log; partitions of which nothing was taken in are missing. */
  positions(): Promise<ReadonlyMap<number, number>>;
  /** Cancels an order unless it is being prepared; returns its state afterwards, undefined if it was not taken in. */
  cancel(id: string): Promise<StateNumber | undefined>;
}
