import { ProblemError } from '@caudal/common/http';
import { type IdentitySource, keyScope, type Message } from '@caudal/common/message';
import { PROBLEMS } from '../http/problems.ts';

/** Identity of a request's first message; the sequence increments for each following message. */
export type FirstIdentity =
  | { readonly producer: string; readonly sequence: number }
  | { readonly key: string; readonly sequence: number };

/** Format of an `Idempotency-Key`. */
export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Assigns identities to a request's messages: derived from caller, `Idempotency-Key` and content if there is a key, so
 * that a retry gets the same identities; otherwise new ones.
 */
export function identify(
  idempotencyKey: string | undefined,
  caller: string,
  messages: readonly Message[],
  source: IdentitySource,
): FirstIdentity {
  if (idempotencyKey === undefined) {
    return { producer: source.producer, sequence: source.take(messages.length) };
  }
  return { key: keyScope(caller, idempotencyKey, messages), sequence: 0 };
}

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
