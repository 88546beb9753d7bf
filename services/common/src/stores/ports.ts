import type { Envelope } from '../message/envelope.ts';
import type { BatchPosition, LogState } from '../messaging/ports.ts';

/** Messages and log positions that must be stored together or not at all. */
export interface StoreBatch {
  readonly envelopes: readonly Envelope[];
  /** At most one per source. */
  readonly positions: readonly BatchPosition[];
}

/**
 * Result of `apply`. `applied`: everything is stored; `storedByCountry` counts new messages, `duplicates`
 * those counted before. `moved`: nothing was written, because the positions of these sources differ from what
 * the batch expected; the map has the store's offsets (null: none).
 */
export type ApplyResult =
  | {
      readonly kind: 'applied';
      readonly stored: number;
      readonly duplicates: number;
      readonly storedByCountry: ReadonlyMap<string, number>;
    }
  | { readonly kind: 'moved'; readonly positions: ReadonlyMap<string, number | null> };

/** Totals of a store since its creation. */
export interface StoreTotals {
  readonly total: number;
  readonly byCountry: Readonly<Record<string, number>>;
  readonly byWeather: Readonly<Record<string, number>>;
}

/**
 * Counts messages, each identity once, atomically with the identities and the log positions.
 *
 * Every method may be repeated safely; `apply` in particular may be repeated after an error that left its
 * outcome unknown. Errors are AppErrors: `STORE_UNAVAILABLE` (retriable) when there is no connection, no reply
 * in time, or the store cannot write now (loading, out of memory, read-only); `STORE_REJECTED` when the batch or
 * the store's data is invalid.
 */
export interface CountStore {
  /** The store's name in logs, metrics and errors. */
  readonly name: string;
  /** Starts to connect and keeps the connection alive from then on; resolves when it is first usable. */
  connect(): Promise<void>;
  apply(batch: StoreBatch): Promise<ApplyResult>;
  /** Returns the offset to read next of each source; null if nothing of it was stored. */
  positions(sources: readonly string[]): Promise<Map<string, number | null>>;
  /** Returns the offsets with the marks stored in the same transaction, and the recorded attempt. */
  logStates(sources: readonly string[]): Promise<Map<string, LogState>>;
  /** Records an attempt at a source's next messages, replacing the previous record. */
  noteAttempt(source: string, attempt: string): Promise<void>;
  totals(): Promise<StoreTotals>;
  /**
   * Counts the distinct identities that the store remembers, from the identity records themselves: an audit that is
   * independent of the counts. Identities expire, so it equals the total only within that time.
   */
  identities(): Promise<number>;
  /**
   * Returns a mark that changes whenever an identity may have expired: while it is the same, none has. Null if the user has
   * no right to ask.
   */
  expiryMark(): Promise<string | null>;
  isReady(): boolean;
  /** Why it is not ready, for the readiness probe, as far as that is known. */
  unreadyReason?(): string | undefined;
  /** Calls `listener` whenever a lost connection is restored: the store may have returned with less data. */
  onReconnected(listener: () => void): void;
  close(): Promise<void>;
}
