import { type IdentitySource, keyScope, type Message } from '@caudal/common/message';

/** Identity of a request's first message; the sequence increments for each following message. */
export type FirstIdentity =
  | { readonly producer: string; readonly sequence: number }
  | { readonly key: string; readonly sequence: number };

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
