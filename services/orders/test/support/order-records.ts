import { randomUUID } from 'node:crypto';
import type { OrderRecord } from '../../src/domain/records.ts';

/** An accepted order with a random id. */
export function orderRecord(more: Partial<OrderRecord> = {}): OrderRecord {
  return {
    version: 1,
    orderid: randomUUID(),
    gameid: 87,
    row: 87,
    name: 'Game 87',
    priceCents: 1_999,
    usermail: 'user@example.com',
    language: 'es',
    acceptedAt: Date.now(),
    ...more,
  };
}
