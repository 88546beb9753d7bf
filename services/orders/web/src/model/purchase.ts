import type { Language } from './api.ts';

/** What a customer wants to buy. */
export interface Purchase {
  readonly gameId: number;
  readonly email: string;
  readonly language: Language;
}

/** A purchase whose outcome is not known, under its Idempotency-Key. */
export interface Attempt {
  readonly purchase: Purchase;
  readonly key: string;
}

/** The attempt for a purchase: the one before if it was for the same, so that a repeated click is the same order. */
export function attemptFor(purchase: Purchase, before: Attempt | undefined, newKey: () => string): Attempt {
  return before !== undefined && isSame(before.purchase, purchase) ? before : { purchase, key: newKey() };
}

/** A key that does not occur twice. Not `randomUUID`, which a page that did not come by HTTPS does not have. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

function isSame(left: Purchase, right: Purchase): boolean {
  return left.gameId === right.gameId && left.email === right.email && left.language === right.language;
}
