import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '@caudal/common/testing';
import { askForOrders, watchFirstOrder } from '../../../../src/workloads/orders/load/ask-api.ts';
import type { StoredOrder } from '../../../../src/workloads/orders/verify/evidence.ts';
import { orderCase } from '../../../support/orders-case.ts';

const ORDERS = orderCase(12).evidence.orders;
const ESTADOS = ['', 'recibido', 'preparando', 'entregando', 'finalizado', 'cancelado'];

/** An order as the API shows it. */
const shown = ({ id, number, gameId, row, name, priceCents, state, events }: StoredOrder) => ({
  id,
  number,
  estado: ESTADOS[state],
  game: { id: gameId, row, name, price: priceCents / 100 },
  history: events.map((event) => ({ estado: ESTADOS[event.state] })),
});
const json = (body: unknown): Response => Response.json(body);
const apiOf = (answer: (order: StoredOrder) => Response) => ({
  url: 'http://api',
  fetch: (url: string) => {
    const order = ORDERS.find(({ id }) => url === `http://api/orders/${id}`);
    return Promise.resolve(order === undefined ? new Response('', { status: 404 }) : answer(order));
  },
});

describe('askForOrders', () => {
  it('finds nothing wrong with right answers', async () => {
    assert.deepEqual(
      await askForOrders(
        apiOf((order) => json(shown(order))),
        ORDERS,
      ),
      [],
    );
  });

  const second = ORDERS[1] as StoredOrder;
  const cases: Readonly<Record<string, (order: StoredOrder) => unknown>> = {
    [`order ${second.id}`]: () => shown(second),
    'number 99': (order) => ({ ...shown(order), number: 99 }),
    'state preparando': (order) => ({ ...shown(order), estado: 'preparando' }),
    'row 99': (order) => ({ ...shown(order), game: { ...shown(order).game, row: 99 } }),
    'price 9.5': (order) => ({ ...shown(order), game: { ...shown(order).game, price: 9.5 } }),
    'history recibido': (order) => ({ ...shown(order), history: [{ estado: 'recibido' }] }),
    'history undefined': ({ id }) => ({ ...shown(ORDERS[0] as StoredOrder), id, history: undefined }),
  };
  for (const [difference, answer] of Object.entries(cases)) {
    it(`finds an answer that shows ${difference}`, async () => {
      const [first] = ORDERS as [StoredOrder];
      const wrong = await askForOrders(
        apiOf((order) => json(order === first ? answer(order) : shown(order))),
        ORDERS,
      );
      assert.deepEqual(
        wrong.map(({ id }) => id),
        [first.id],
      );
      assert.match(wrong[0]?.what ?? '', new RegExp(`^showed ${difference}, not `));
    });
  }

  it('finds an order that the API does not know, at once', async () => {
    const wrong = await askForOrders(
      apiOf(() => new Response('', { status: 404 })),
      ORDERS.slice(0, 1),
    );
    assert.deepEqual(
      wrong.map(({ what }) => what),
      ['answered 404'],
    );
  });

  it('asks again while the API is busy', async () => {
    let calls = 0;
    const busy = apiOf((order) => (++calls === 1 ? new Response('', { status: 503 }) : json(shown(order))));
    assert.deepEqual(await askForOrders(busy, ORDERS.slice(0, 1)), []);
    assert.equal(calls, 2);
  });
});

describe('watchFirstOrder', () => {
  const watched = async (answers: readonly unknown[]) => {
    let asked = 0;
    const stop = watchFirstOrder(
      {
        url: 'http://api',
        fetch: (url) => {
          assert.equal(url, 'http://api/?value=1');
          const answer = answers[Math.min(asked, answers.length - 1)];
          asked += 1;
          return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(json(answer));
        },
      },
      1,
    );
    await eventually(
      () => Promise.resolve(asked),
      (count) => count > answers.length,
    );
    return (await stop()).map(({ what }) => what);
  };

  it('finds nothing while it is order 1, or no answer', async () => {
    assert.deepEqual(
      await watched([{ orderid: 1, gameid: 10 }, new Error('refused'), { orderid: 1, gameid: 10 }]),
      [],
    );
  });

  it('finds another order, and another game', async () => {
    const right = { orderid: 1, gameid: 10 };
    assert.deepEqual(await watched([right, { orderid: 2, gameid: 20 }, right]), ['showed number 2']);
    assert.deepEqual(await watched([right, { orderid: 1, gameid: 20 }, right]), ['showed game 20, not 10']);
  });
});
