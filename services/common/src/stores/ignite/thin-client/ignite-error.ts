/**
 * What went wrong between the client and a server.
 *
 * - `connection`: there is none, it was lost, or no reply came in time; whatever was asked may have been done.
 * - `protocol`: the bytes that arrived are not what the protocol allows; the connection is closed, as after any of these.
 * - `server`: the server answered that it did not do it; {@link IgniteError.status} says why.
 */
export type IgniteErrorKind = 'connection' | 'protocol' | 'server';

/** An error of the thin client. */
export class IgniteError extends Error {
  readonly kind: IgniteErrorKind;
  /** One of {@link STATUS} or another code of the server; undefined unless the server gave one. */
  readonly status: number | undefined;

  constructor(kind: IgniteErrorKind, message: string, options: { status?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'IgniteError';
    this.kind = kind;
    this.status = options.status;
  }
}

/** Status codes that the client treats differently; "Binary client protocol", section "Error codes". */
export const STATUS = {
  cacheDoesNotExist: 1_000,
  authenticationFailed: 2_000,
} as const;
