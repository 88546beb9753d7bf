import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nextOption } from '../../web/src/model/options.ts';
import { priceText } from '../../web/src/model/price.ts';
import { failureOf, isUnknown, NO_ANSWER } from '../../web/src/model/problem.ts';
import { attemptFor, randomKey } from '../../web/src/model/purchase.ts';
import { MAX_REMEMBERED, parseRemembered, withOrder } from '../../web/src/model/remembered.ts';
import { isOrderId, orderLink, routeOf } from '../../web/src/model/route.ts';

const ID = '0b0f2f9e-7c1c-8a4e-9f0a-0123456789ab';

describe('routeOf', () => {
  it('reads the link of an order, in any case', () => {
    assert.deepEqual(routeOf(orderLink(ID)), { name: 'order', id: ID });
    assert.deepEqual(routeOf(orderLink(ID.toUpperCase())), { name: 'order', id: ID });
  });

  it('shows the shop for everything else', () => {
    for (const hash of ['', '#', '#/', '#/orders', '#/orders/', '#/orders/a/b', '#/games/1'])
      assert.deepEqual(routeOf(hash), { name: 'shop' }, hash);
  });

  it('knows what can be an id', () => {
    assert.ok(isOrderId(ID));
    for (const id of ['', 'x', `${ID}0`, ` ${ID}`, ID.replace('-', ''), '../page.json'])
      assert.ok(!isOrderId(id), id);
  });
});

describe('attemptFor', () => {
  const purchase = { gameId: 1, email: 'ana@example.com', language: 'es' } as const;
  const before = { purchase, key: 'old' };

  it('keeps the key for the same purchase', () => {
    assert.deepEqual(
      attemptFor({ ...purchase }, before, () => 'new'),
      before,
    );
  });

  it('has another key for another purchase, and for the first one', () => {
    for (const change of [{ gameId: 2 }, { email: 'bob@example.com' }, { language: 'en' as const }])
      assert.equal(attemptFor({ ...purchase, ...change }, before, () => 'new').key, 'new');
    assert.equal(attemptFor(purchase, undefined, () => 'new').key, 'new');
  });

  it('has keys that differ', () => {
    const keys = Array.from({ length: 100 }, randomKey);
    assert.equal(new Set(keys).size, 100);
    assert.ok(keys.every((key) => /^[0-9a-f]{32}$/.test(key)));
  });
});

describe('remembered orders', () => {
  const order = (number: number) => ({ id: `order-${number}`, name: `Game ${number}`, at: number });

  it('are read back, the newest first and each once', () => {
    const list = withOrder(withOrder(withOrder([], order(1)), order(2)), order(1));
    assert.deepEqual(list, [order(1), order(2)]);
    assert.deepEqual(parseRemembered(JSON.stringify(list)), list);
  });

  it('are bounded', () => {
    let list = withOrder([], order(0));
    for (let number = 1; number < 100; number += 1) list = withOrder(list, order(number));
    assert.equal(list.length, MAX_REMEMBERED);
    assert.deepEqual(list[0], order(99));
    assert.equal(parseRemembered(JSON.stringify(Array.from({ length: 100 }, (_, n) => order(n)))).length, 20);
  });

  it('are none where something else is stored', () => {
    for (const text of [null, '', '{', 'null', '7', '{"id":"a"}', '[null,7,"x",{"id":1,"name":"a","at":1}]'])
      assert.deepEqual(parseRemembered(text), [], String(text));
    assert.deepEqual(parseRemembered('[{"id":"a","name":"b","at":"x"},{"id":"a","name":"b","at":1}]'), [
      { id: 'a', name: 'b', at: 1 },
    ]);
  });
});

describe('failureOf', () => {
  const problem = {
    type: 't',
    title: 'Invalid',
    status: 400,
    detail: 'email is wrong. Nothing was ordered.',
  };

  it('puts a problem at its field, and says nothing else then', () => {
    const errors = [{ field: 'email', reason: 'must be an address' }];
    assert.deepEqual(failureOf(400, { ...problem, errors }, ['email']), {
      text: undefined,
      fields: { email: 'It must be an address.' },
      status: 400,
    });
  });

  it('says of all what is wrong with fields that are not shown', () => {
    const errors = [
      { field: 'email', reason: 'is wrong' },
      { field: 'row', reason: '9 is not in the catalogue' },
      { field: '', reason: 'has unknown fields: "x"' },
    ];
    const failure = failureOf(400, { ...problem, errors }, ['email']);
    assert.equal(failure.text, 'row 9 is not in the catalogue. The request has unknown fields: "x".');
    assert.deepEqual(failure.fields, { email: 'It is wrong.' });
    assert.equal(failureOf(400, { ...problem, errors: errors.slice(1) }, ['email']).text, problem.detail);
  });

  it('says what was answered where it is no problem document', () => {
    for (const body of [undefined, null, 'text', [], {}, { detail: 7 }])
      assert.deepEqual(failureOf(502, body), { text: 'The shop answered 502.', fields: {}, status: 502 });
    assert.equal(failureOf(503, problem).text, problem.detail);
  });

  it('knows when an order may have been accepted', () => {
    assert.ok(isUnknown(NO_ANSWER));
    assert.ok(isUnknown(failureOf(503, problem)));
    assert.ok(!isUnknown(failureOf(422, problem)));
    assert.ok(!isUnknown(failureOf(429, problem)));
  });
});

describe('nextOption', () => {
  it('moves through the list and around its ends', () => {
    assert.equal(nextOption('ArrowDown', undefined, 3), 0);
    assert.equal(nextOption('ArrowDown', 1, 3), 2);
    assert.equal(nextOption('ArrowDown', 2, 3), 0);
    assert.equal(nextOption('ArrowUp', undefined, 3), 2);
    assert.equal(nextOption('ArrowUp', 2, 3), 1);
    assert.equal(nextOption('ArrowUp', 0, 3), 2);
  });

  it('leaves other keys and an empty list alone', () => {
    assert.equal(nextOption('a', 1, 3), undefined);
    assert.equal(nextOption('ArrowDown', undefined, 0), undefined);
  });
});

describe('priceText', () => {
  it('has two decimals, or is free', () => {
    assert.equal(priceText(52.99), '52.99');
    assert.equal(priceText(5), '5.00');
    assert.equal(priceText(0), 'Free');
  });
});
