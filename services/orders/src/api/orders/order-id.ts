import { createHmac, randomUUID } from 'node:crypto';
import type { Language } from '../../domain/records.ts';

/** What makes two requests the same order. */
export interface OrderIdentity {
  /** Opaque name of the caller; empty without API keys. */
  readonly caller: string;
  readonly idempotencyKey: string;
  readonly gameId: number;
  readonly email: string;
  readonly language: Language;
}

/** Makes the id of an order; random for an order without a key. */
export type OrderIds = (identity: OrderIdentity | undefined) => string;

/**
 * Derives ids by HMAC-SHA256 from the request, as UUIDs of version 8 (RFC 9562): a retry through any process that has the same secret is
 * the same order, and whoever does not know the secret cannot guess the id of an order whose address and game they know.
 */
export function createOrderIds(secret: string): OrderIds {
  return (identity) => {
    if (identity === undefined) return randomUUID();
    const { caller, idempotencyKey, gameId, email, language } = identity;
    const bytes = createHmac('sha256', secret)
      .update(JSON.stringify([caller, idempotencyKey, gameId, email, language]))
      .digest()
      .subarray(0, 16);
    bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80;
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
    const hex = bytes.toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** Whether a text is written as the ids of orders are. */
export function isOrderId(text: string): boolean {
  return UUID.test(text);
}
