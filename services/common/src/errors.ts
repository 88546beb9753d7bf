/** Stable codes of Caudal's own errors, used in logs, tests and HTTP responses. */
export type AppErrorCode =
  | 'CONFIG_INVALID'
  | 'BROKER_UNAVAILABLE'
  | 'BROKER_TIMEOUT'
  | 'BROKER_UNROUTABLE'
  | 'BROKER_REFUSED'
  | 'BROKER_TOPOLOGY'
  | 'OVERLOADED'
  | 'STORE_UNAVAILABLE'
  | 'STORE_REJECTED'
  | 'STOPPING';

/**
 * An error with a stable code that says whether a retry can help.
 *
 * `retriable` errors leave the outcome unknown (the broker or the store may have done the work), so only
 * an idempotent effect may be retried. The driver's error, where there is one, is the `cause`, untouched.
 */
export class AppError extends Error {
  readonly code: AppErrorCode;
  readonly retriable: boolean;

  constructor(code: AppErrorCode, message: string, options: { retriable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retriable = options.retriable ?? false;
  }
}

/** Whether a retry can help: only for an {@link AppError} that says so. */
export function isRetriable(error: unknown): boolean {
  return error instanceof AppError && error.retriable;
}

/** Whether a broker rejected a message permanently. */
export function isRefused(error: unknown): boolean {
  return error instanceof AppError && error.code === 'BROKER_REFUSED';
}

/** Returns the message of any thrown value, for logs and responses. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
