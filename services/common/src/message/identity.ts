import { createHash, randomBytes } from 'node:crypto';
import type { Message } from './message.ts';

/** Creates identities for messages without an `Idempotency-Key`. */
export interface IdentitySource {
  /** New at each process start, so that identities never repeat after a restart. */
  readonly producer: string;
  /** Reserves `count` sequence numbers in a row and returns the first. */
  take(count: number): number;
}

/** Creates an identity source with 96 random bits as its producer. */
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
 * The identity scope of an `Idempotency-Key`: 132 bits of SHA-256 over caller, key and what the messages of the request
 * say. The store holds a bounded, opaque name, and one caller's keys never meet another's. The messages are part of it
 * so that other messages under the same key, taken in by another process, are counted and not mistaken for a retry;
 * they go in as they were validated, so a retry may be serialised differently.
 */
export function keyScope(caller: string, key: string, messages: readonly Message[]): string {
  const said = messages.map(({ description, country, weather }) => [description, country, weather]);
  const text = JSON.stringify([caller, key, said]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
