import { AppError, errorMessage } from '../errors.ts';

/**
 * Classes of SQLSTATE (its first two characters) after which a retry cannot help: the statement or its data is wrong.
 * 0A feature not supported, 21 cardinality, 22 data, 23 constraint, 2B and 2D dependent objects and transactions, 42 syntax or name.
 */
const REJECTED = new Set(['0A', '21', '22', '23', '2B', '2D', '42']);

/** Within a rejected class, but an operator can put it right in the meantime: the role lacks a right. */
const INSUFFICIENT_PRIVILEGE = '42501';

/** The server, or the session, only reads: it is a standby, or an operator has said so. */
export const READ_ONLY = '25006';

/** What {@link READ_ONLY} means, in place of the statement that found it out. */
export const READ_ONLY_REASON = `the server is read-only, as a standby is: waiting for a primary (SQLSTATE ${READ_ONLY})`;

/** SQLSTATEs after which this connection is of no use: class 08, and a server that stops, starts or drops its clients. */
const BROKEN = /^(08...|57P0[1-5])$/;

/** The SQLSTATE of a server's error; undefined for an error of the connection or of the client. */
export function sqlstateOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, severity } = error as Error & { code?: unknown; severity?: unknown };
  return severity !== undefined && typeof code === 'string' ? code : undefined;
}

/** Whether this is Caudal's own error, neither the driver's nor the server's. */
function isOwn(error: unknown): boolean {
  return error instanceof AppError || error instanceof TypeError || error instanceof RangeError;
}

/** Whether to leave a connection after this error: it is lost or silent, or its server is not the primary (any more). */
export function isConnectionLost(error: unknown): boolean {
  if (isOwn(error)) return false;
  const state = sqlstateOf(error);
  return state === undefined || state === READ_ONLY || BROKEN.test(state);
}

/**
 * Translates an error of the driver. `STORE_REJECTED` if the statement or its data is wrong; everything else may be temporary
 * (no connection, no reply in time, dead lock, serialization failure, disk full, read-only, wrong password, missing right):
 * `STORE_UNAVAILABLE`, retriable. Caudal's own errors stay as they are. SQLSTATEs are in appendix A of PostgreSQL's manual.
 */
export function translateError(name: string, error: unknown): unknown {
  if (isOwn(error)) return error;
  const state = sqlstateOf(error);
  const reason = `${name}: ${reasonOf(error, state)}`;
  if (state !== undefined && REJECTED.has(state.slice(0, 2)) && state !== INSUFFICIENT_PRIVILEGE)
    return new AppError('STORE_REJECTED', reason, { cause: error });
  return new AppError('STORE_UNAVAILABLE', reason, { retriable: true, cause: error });
}

function reasonOf(error: unknown, state: string | undefined): string {
  if (state === READ_ONLY) return READ_ONLY_REASON;
  return state === undefined ? textOf(error) : `${textOf(error)} (SQLSTATE ${state})`;
}

/** A host with several addresses fails with one error for all of them, without a message of its own. */
function textOf(error: unknown): string {
  return error instanceof AggregateError ? error.errors.map(errorMessage).join(', ') : errorMessage(error);
}
