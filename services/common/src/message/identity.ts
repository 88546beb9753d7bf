import { createHash, randomBytes } from 'node:crypto';

/** Hands out the identities of messages that came without an `Idempotency-Key`. */
export interface IdentitySource {
  /** Fresh for each process start, so that a restarted one can never repeat an identity. */
  readonly producer: string;
  /** Reserves `count` sequence numbers in a row and returns the first. */
  take(count: number): number;
}

/** An identity source with 96 random bits as its producer. */
export function createIdentitySource(): IdentitySource {
  const producer = randomBytes(12).toString('base64url');
  let next = 0;
  return {
    producer,
    take(count) {
      const first = next;
      next += count;
      return first;
    },
  };
}

/**
 * The identity scope of an `Idempotency-Key`: 132 bits of SHA-256 over caller and key, so that the store holds
 * a bounded, opaque name and one caller's keys never meet another's.
 */
export function keyScope(caller: string, key: string): string {
  return createHash('sha256').update(`${caller.length}:${caller}:${key}`).digest('base64url').slice(0, 22);
}
