import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type OrdersFlow, watchOrders } from '../../../src/workloads/orders/watch-orders.ts';

const START: OrdersFlow = { orders: 100, transitions: 300, sent: 250, late: 0 };

/** Says whether work flows after each of these readings. */
async function watch(readings: readonly (Partial<OrdersFlow> | Error)[], isLoaded = true) {
  const left = [...readings];
  const flow = watchOrders({
    read: async () => {
      const next = left.shift();
      if (next instanceof Error) throw next;
      return { ...START, ...next };
    },
    caughtUpBelow: 20,
    isLoaded: () => isLoaded,
  });
  const answers: (string | undefined)[] = [];
  for (const _ of readings) answers.push(await flow());
  return answers;
}

describe('work of the shop', () => {
  it('flows when orders are taken in, move, and are mailed', async () => {
    const answers = await watch([{}, { orders: 101, transitions: 302, sent: 251 }]);
    assert.deepEqual(answers, ['no order was taken in', undefined]);
  });

  it('does not flow while one of them is missing', async () => {
    for (const [reading, problem] of [
      [{ transitions: 302, sent: 251 }, 'no order was taken in'],
      // The first state of a new order is no move.
      [{ orders: 101, transitions: 301, sent: 251 }, 'no order moved'],
      [{ orders: 101, transitions: 302 }, 'no mail was sent'],
      [{ orders: 101, transitions: 302, sent: 251, late: 20 }, /^20 states are overdue/],
      [new Error('refused'), 'the database does not answer: refused'],
    ] as const) {
      const [, answer = 'flows'] = await watch([{}, reading]);
      if (typeof problem === 'string') assert.equal(answer, problem);
      else assert.match(answer, problem);
    }
  });

  it('begins to be watched when the database answers', async () => {
    const answers = await watch([new Error('away'), { orders: 105 }, { orders: 105, transitions: 310 }]);
    assert.deepEqual(answers.slice(1), ['no order was taken in', 'no order was taken in']);
  });

  it('needs no new orders when the load is over', async () => {
    assert.deepEqual(await watch([{}, { late: 25 }], false), [
      undefined,
      '25 states are overdue, unannounced or without their mail',
    ]);
  });
});
