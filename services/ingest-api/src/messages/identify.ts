import { type IdentitySource, keyScope, type Message } from '@caudal/common/message';
import { ProblemError } from '../http/problem.ts';

/** The identity of a request's first message; the others count up from its sequence. */
export type FirstIdentity =
  | { readonly producer: string; readonly sequence: number }
  | { readonly key: string; readonly sequence: number };

/** What an `Idempotency-Key` looks like. */
export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Gives a request's messages their identity: by the caller's `Idempotency-Key` and what they say where there is a key,
 * so that a retry means the same messages, else fresh.
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
 * Reads the `Idempotency-Key` header; undefined where there is none.
 * @throws ProblemError `invalid-idempotency-key`.
 */
export function readIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && IDEMPOTENCY_KEY.test(header)) return header;
  throw new ProblemError(
    'invalid-idempotency-key',
    'Send one Idempotency-Key of 1 to 255 visible ASCII characters, a UUID for instance.',
  );
}
