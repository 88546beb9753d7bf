/**
 * How long the identities of `Idempotency-Key`s are kept by default, hours. For a client a key is good for a day; the
 * store remembers it longer, because a copy may wait in a broker, or for a store that is away, beyond that day.
 */
export const DEFAULT_KEY_RETENTION_HOURS = 96;

/** Connection settings of a lane's store. */
export interface StoreSettings {
  /** Shown in the store's client list. */
  readonly clientName: string;
  /** `redis://` or `rediss://`, with user and password. */
  readonly url: string;
  /** PEM of the CA for `rediss://`; the system's where undefined. */
  readonly ca: string | undefined;
  /** Put before every key; empty in production, a namespace of its own in tests. */
  readonly keyPrefix: string;
  /** Command timeout; the outcome is unknown when exceeded, and the command is retried. */
  readonly commandTimeoutMs: number;
  /** Hours the identities of an `Idempotency-Key` are kept after their last use; default {@link DEFAULT_KEY_RETENTION_HOURS}. */
  readonly keyRetentionHours?: number;
}
