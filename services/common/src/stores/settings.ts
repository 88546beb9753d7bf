/** How to reach a lane's store. */
export interface StoreSettings {
  /** Shown in the store's client list. */
  readonly clientName: string;
  /** `redis://` or `rediss://`, with user and password. */
  readonly url: string;
  /** PEM of the CA for `rediss://`; the system's where undefined. */
  readonly ca: string | undefined;
  /** Put before every key; empty in production, a namespace of its own in tests. */
  readonly keyPrefix: string;
  /** A command without reply for longer has an unknown outcome and is retried. */
  readonly commandTimeoutMs: number;
}
