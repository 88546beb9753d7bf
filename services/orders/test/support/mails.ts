import type { LeasedMail } from '../../src/notifier/mail-book.ts';

/** A mail as it is leased. */
export function leasedMail(more: Partial<LeasedMail> = {}): LeasedMail {
  return {
    orderId: '0197f4a0-0000-8000-8000-000000000001',
    state: 1,
    number: 12,
    name: 'Pokémon',
    priceCents: 1_999,
    recipient: 'ana@example.com',
    language: 'es',
    happenedAt: Date.UTC(2026, 10, 27, 9, 56, 39, 763),
    attempts: 0,
    unknownAttempts: 0,
    ...more,
  };
}
