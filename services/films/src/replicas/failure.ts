import { AppError, isRetriable } from '@caudal/common/errors';
import { sqlstateOf } from '@caudal/common/postgresql';

/**
 * What an error of a read says: `server`, its server cannot be reached or is in trouble; `cancelled`, it works but has ended this statement;
 * `missing`, it does not have the version; `question`, the statement is wrong or the error is the caller's, and would be the same elsewhere.
 */
export type Failure = 'server' | 'cancelled' | 'missing' | 'question';

/** No such table, no such schema: the version was dropped, or its import has not arrived. */
const MISSING = new Set(['42P01', '3F000']);

/** A conflict with what a replica has to replay, a dead lock with it, or the time limit of the statement. */
const CANCELLED = new Set(['40001', '40P01', '57014']);

/** Classifies what a read threw. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof AppError)) return 'question';
  const state = sqlstateOf(error.cause);
  if (state !== undefined && MISSING.has(state)) return 'missing';
  if (!isRetriable(error)) return 'question';
  return state !== undefined && CANCELLED.has(state) ? 'cancelled' : 'server';
}
