import type { OrderRecord } from '../../../src/domain/records.ts';

/** A record of an order. */
export function recordOf(orderid: string, other: Partial<OrderRecord> = {}): OrderRecord {
  return {
    version: 1,
    orderid,
    gameid: 870,
    row: 87,
    name: 'Año "Cero", Ωmega',
    priceCents: 1_999,
    usermail: 'ana@example.com',
    language: 'es',
    acceptedAt: 1_000,
    ...other,
  };
}
