import { ProblemError } from './problem.ts';
import { PROBLEMS } from './problems.ts';

/** Format of an `Idempotency-Key`. */
export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Reads the `Idempotency-Key` header; undefined if absent.
 * @throws ProblemError `invalid-idempotency-key`.
 */
export function readIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && IDEMPOTENCY_KEY.test(header)) return header;
  throw new ProblemError(
    PROBLEMS['invalid-idempotency-key'],
    'Send one Idempotency-Key of 1 to 255 visible ASCII characters, such as a UUID.',
  );
}
