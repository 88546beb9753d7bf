/**
 * Default retention of `Idempotency-Key`s, hours. A client may retry under a key for a day; the store remembers it longer,
 * because a copy may wait longer than that in a broker, or while the store is away.
 */
export const DEFAULT_KEY_RETENTION_HOURS = 96;

/** Connection settings of a lane's store. */
export interface StoreSettings {
  /** Shown in the store's client list. */
  readonly clientName: string;
  /** With user and password; its scheme is one of the store's `urlSchemes`. */
  readonly url: string;
  /** PEM of the CA for TLS; the system's CAs if undefined. */
  readonly ca: string | undefined;
  /** Prefix of every key; empty in production, unique in tests. */
  readonly keyPrefix: string;
  /** Command timeout; the outcome is unknown when exceeded, and the command is retried. */
  readonly commandTimeoutMs: number;
  /**
   * Who makes the tables or caches of a store that has any: `create`, the service itself, once for all replicas; `check`, a role
   * with more rights, and the service waits for them. Default `create`.
   */
  readonly schema?: 'create' | 'check';
  /** Hours for which an `Idempotency-Key` is remembered after its last use; default {@link DEFAULT_KEY_RETENTION_HOURS}. */
  readonly keyRetentionHours?: number;
}
