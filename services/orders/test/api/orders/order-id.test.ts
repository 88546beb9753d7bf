import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createOrderIds, isOrderId, type OrderIdentity } from '../../../src/api/orders/order-id.ts';

const SECRET = 'a secret of thirty-two characters';
const IDENTITY: OrderIdentity = {
  caller: 'caller',
  idempotencyKey: 'key',
  gameId: 870,
  email: 'ana@example.com',
  language: 'es',
};

describe('the id of an order', () => {
  it('is the same for a retry, whichever process takes it', () => {
    assert.equal(createOrderIds(SECRET)(IDENTITY), createOrderIds(SECRET)({ ...IDENTITY }));
  });

  it('is a UUID of version 8 that the secret decides', () => {
    const id = createOrderIds(SECRET)(IDENTITY);
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.notEqual(id, createOrderIds(`${SECRET}!`)(IDENTITY));
  });

  it('is another one for each other part of the request', () => {
    const ids = createOrderIds(SECRET);
    const others: readonly Partial<OrderIdentity>[] = [
      {},
      { caller: 'other' },
      { idempotencyKey: 'other' },
      { gameId: 871 },
      { email: 'eva@example.com' },
      { language: 'en' },
      // The border between two parts counts.
      { caller: 'callerk', idempotencyKey: 'ey' },
    ];
    const made = others.map((other) => ids({ ...IDENTITY, ...other }));
    assert.equal(new Set(made).size, others.length);
  });

  it('is random without a key', () => {
    const ids = createOrderIds(SECRET);
    const made = Array.from({ length: 1_000 }, () => ids(undefined));
    assert.equal(new Set(made).size, 1_000);
    assert.ok(made.every(isOrderId));
  });

  it('is recognised', () => {
    assert.ok(isOrderId('0193c0de-0000-8000-8000-000000000001'));
    for (const text of [
      '',
      '1',
      '0193c0de-0000-8000-8000-00000000000',
      '0193C0DE-0000-8000-8000-000000000001 ',
    ])
      assert.ok(!isOrderId(text), text);
  });
});
