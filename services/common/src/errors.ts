/** Stable codes of the errors that Caudal's own code raises; logs, tests and HTTP answers use them. */
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
 * An error with a stable code and a verdict whether trying again can help.
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

/** Whether trying the same thing again can help: only an {@link AppError} that says so. */
export function isRetriable(error: unknown): boolean {
  return error instanceof AppError && error.retriable;
}

/** Whether a broker has said that it will never take a message as it is. */
export function isRefused(error: unknown): boolean {
  return error instanceof AppError && error.code === 'BROKER_REFUSED';
}

/** The message of anything thrown, for logs and answers. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
