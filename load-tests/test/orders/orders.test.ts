import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { k6Scenario } from '../../lib/executors.ts';
import { buildOrdersAccount } from '../../lib/orders/account.ts';
import { renderOrdersAccount } from '../../lib/orders/account-table.ts';
import { orderLine, wrongOrderLine } from '../../lib/orders/ledger.ts';
import { type Answer, judgeAnswer, type Look, maskAddress } from '../../lib/orders/look.ts';
import { createWatchedOrder, createWish, type Order } from '../../lib/orders/order.ts';
import { type OrdersScenario, ordersProfiles } from '../../lib/orders/profiles.ts';
import { readOrdersSettings } from '../../lib/orders/settings.ts';
import { ordersGates } from '../../lib/orders/thresholds.ts';
import type { SummaryData } from '../../lib/summary.ts';
import type { Environment } from '../../lib/variables.ts';

function problemsOf(env: Environment, scenario: OrdersScenario): string {
  try {
    readOrdersSettings(scenario, env);
  } catch (error) {
    assert.ok(error instanceof Error);
    return error.message;
  }
  return '';
}

describe('settings of orders', () => {
  it('seed a thousand orders by fifty customers at the shop', () => {
    const settings = readOrdersSettings('orders-seed', {});
    assert.deepEqual(k6Scenario(settings), {
      executor: 'shared-iterations',
      vus: 50,
      iterations: 1000,
      maxDuration: '1800000ms',
      gracefulStop: '135000ms',
    });
    assert.equal(settings.baseUrl, 'http://localhost:8082');
    assert.deepEqual(ordersGates(settings).orders_accepted, ['count>=1000']);
  });

  it('burst by a connection for each user', () => {
    const scenario = k6Scenario(readOrdersSettings('orders-burst', { ORDERS: '300', USERS: '300' }));
    assert.equal('vus' in scenario && scenario.vus, 300);
  });

  it('finish every smoke within seconds', () => {
    for (const sizes of Object.values(ordersProfiles)) {
      const { load } = sizes.smoke;
      assert.ok(load.kind === 'fixed-count' ? load.messages <= 100 : load.stages[0]?.durationMs === 5000);
    }
  });

  it('read the mix as percentages', () => {
    const { mix } = readOrdersSettings('orders-steady', {
      CANCEL_PERCENT: '50',
      BAD_PERCENT: '0',
      WATCHERS: '7',
    });
    assert.deepEqual(mix, {
      cancelShare: 0.5,
      repeatShare: 0.05,
      badShare: 0,
      lookShare: 0.1,
      watchers: 7,
    });
  });

  it('refuse wrong values, each with the fix', () => {
    for (const [name, value] of Object.entries({
      CANCEL_PERCENT: '101',
      CATALOGUE_ROWS: '0',
      CUSTOMERS: '0',
      WATCHERS: 'all',
      WATCH_FOR: '10',
    })) {
      assert.ok(problemsOf({ [name]: value }, 'orders-steady').includes(`- ${name}=${value}: use`), name);
    }
    assert.match(problemsOf({ ORDERS: '5' }, 'orders-steady'), /ORDERS does not apply.*run orders-seed\.ts/);
    assert.match(problemsOf({ RATE: '5' }, 'orders-burst'), /RATE does not apply.*run orders-steady\.ts/);
    assert.match(problemsOf({ K6_ITERATIONS: '5' }, 'orders-seed'), /K6_ITERATIONS is set.*-e ORDERS/);
  });

  it('expect no number of accepted orders where some must be refused', () => {
    const gates = ordersGates(readOrdersSettings('orders-seed', { BAD_PERCENT: '10' }));
    assert.deepEqual(gates.orders_accepted, ['count>=1']);
    assert.deepEqual(gates.bad_orders_accepted, ['count<=0']);
    assert.deepEqual(gates.wrong_orders, ['count<=0']);
  });
});

describe('wishes', () => {
  const settings = readOrdersSettings('orders-steady', { SEED: 'x', CUSTOMERS: '20' });
  const wishes = Array.from({ length: 10_000 }, (_, position) => createWish(settings, position));

  it('are the same for the same seed', () => {
    assert.deepEqual(createWish(settings, 77), wishes[77]);
    const other = readOrdersSettings('orders-steady', { SEED: 'y' });
    assert.notDeepEqual(
      wishes.slice(0, 50),
      Array.from({ length: 50 }, (_, position) => createWish(other, position)),
    );
    assert.deepEqual(createWatchedOrder(settings, 3), createWatchedOrder(settings, 3));
  });

  it('are mixed as the settings say', () => {
    const share = (isCounted: (wish: (typeof wishes)[number]) => boolean): number =>
      wishes.filter(isCounted).length / wishes.length;
    assert.ok(Math.abs(share(({ order }) => order === undefined) - 0.03) < 0.01);
    assert.ok(Math.abs(share(({ isCancelled }) => isCancelled) - 0.02) < 0.01);
    assert.ok(Math.abs(share(({ isRepeated }) => isRepeated) - 0.05) < 0.01);
    assert.ok(Math.abs(share(({ isLookedAt }) => isLookedAt) - 0.1) < 0.02);
  });

  it('are for every row, customer and language', () => {
    const orders = wishes.flatMap(({ order }) => (order === undefined ? [] : [order]));
    assert.deepEqual(new Set(orders.map(({ email }) => email)).size, 20);
    assert.deepEqual(new Set(orders.map(({ language }) => language)).size, 2);
    assert.ok(orders.every(({ row }) => row >= 1 && row <= 12_000));
    assert.ok(Math.max(...orders.map(({ row }) => row)) > 11_900);
  });

  it('that must be refused are wrong in every way', () => {
    const bodies = wishes.filter(({ order }) => order === undefined).map(({ body }) => body);
    for (const wrong of [
      /"row":0,/,
      /"row":"\d+abc"/,
      /"row":1000000000/,
      /"gameId"/,
      /\\r\\nBcc/,
      /^\[/,
      /"de"/,
    ]) {
      assert.ok(
        bodies.some((body) => wrong.test(body)),
        String(wrong),
      );
    }
    assert.ok(bodies.some((body) => !body.includes('email')) && bodies.some((body) => !body.includes('row')));
  });
});

describe('lines of the ledger', () => {
  it('say what was asked for and what is known', () => {
    const asked = { row: 87, email: 'user1@example.com', language: 'es' };
    const line = orderLine({ key: 'k-1', asked, outcome: 'accepted', id: 'abc', cancel: 'kept' });
    assert.equal(line, 'ORDER k-1 87 user1@example.com es accepted abc kept');
  });

  it('have as many words whatever was asked for', () => {
    const asked = { row: '87 abc', email: 'a@b.c\r\n"Bcc": x' };
    const line = orderLine({ key: 'k-1', asked, outcome: 'refused', id: undefined, cancel: '-' });
    assert.equal(line, 'ORDER k-1 87%20abc a@b.c%0D%0A%22Bcc%22%3A%20x - refused - -');
    assert.equal(wrongOrderLine('k', 'i', 'showed "ñ"\n'), 'WRONG-ORDER k i showed ????');
  });
});

describe('a look at an order', () => {
  const order: Order = { row: 87, email: 'user1@example.com', language: 'es' };
  const shown = (estados: string[], changes: object = {}): Answer => ({
    status: 200,
    body: JSON.stringify({
      id: 'mine',
      game: { row: 87 },
      email: 'u***@example.com',
      language: 'es',
      estado: estados.at(-1),
      history: estados.map((estado, place) => ({ estado, at: new Date(1000 * place).toISOString() })),
      ...changes,
    }),
  });
  const judge = (answer: Answer, before?: Look) => judgeAnswer(order, 'mine', before, answer);
  const aceptado: Answer = { status: 202, body: JSON.stringify({ id: 'mine', estado: 'aceptado' }) };

  it('shows the states so far, to the end', () => {
    assert.deepEqual(judge(shown(['recibido'])), { look: { estados: ['recibido'], isOver: false } });
    const { look } = judge(shown(['recibido', 'preparando', 'entregando', 'finalizado']), {
      estados: ['recibido', 'preparando'],
      isOver: false,
    });
    assert.equal(look?.isOver, true);
    assert.equal(judge(shown(['recibido', 'cancelado'])).look?.isOver, true);
  });

  it('shows nothing before the order is taken in, or while the API cannot say', () => {
    assert.deepEqual(judge(aceptado), {});
    for (const status of [0, 429, 503]) assert.deepEqual(judge({ status, body: '' }), {});
  });

  it('finds every answer that is wrong', () => {
    const before = { estados: ['recibido', 'preparando'], isOver: false };
    const path = ['recibido', 'preparando'];
    const times = [
      { estado: 'recibido', at: '2026-01-01T00:00:01Z' },
      { estado: 'preparando', at: '2026-01-01T00:00:00Z' },
    ];
    for (const [problem, answer] of [
      [/answered 404/, { status: 404, body: '' }],
      [/answered 200 without an order/, { status: 200, body: '<html>' }],
      [/showed order other/, shown(path, { id: 'other' })],
      [/showed row 88, not 87/, shown(path, { game: { row: 88 } })],
      [/showed address user1@example.com/, shown(path, { email: order.email })],
      [/showed language en/, shown(path, { language: 'en' })],
      [/showed states recibido entregando/, shown(['recibido', 'entregando'])],
      [/showed states none/, shown([])],
      [/showed state recibido after/, shown(path, { estado: 'recibido' })],
      [/showed times/, shown(path, { history: times })],
      [/went back from recibido preparando to recibido/, shown(['recibido'])],
      [/went back .* to recibido cancelado/, shown(['recibido', 'cancelado'])],
      [/not taken in any more/, aceptado],
      [/answered 202 in state x/, { status: 202, body: JSON.stringify({ id: 'mine', estado: 'x' }) }],
    ] as const) {
      const isOfLater = !/in state x/.test(problem.source);
      assert.match(judge(answer, isOfLater ? before : undefined).problem ?? 'nothing', problem);
    }
  });

  it('expects addresses as the shop shows them', () => {
    assert.equal(maskAddress('user1@example.com'), 'u***@example.com');
  });
});

describe('account of orders', () => {
  const settings = readOrdersSettings('orders-steady', {});
  const run = { runId: 'r1', startedAtMs: 0, keyPrefix: 'r1' };
  const counts: Record<string, number> = {
    orders_sent: 30,
    orders_accepted: 22,
    orders_refused: 3,
    bad_orders_sent: 4,
    bad_orders_refused: 3,
    cancels_asked: 5,
    orders_cancelled: 2,
    orders_kept: 1,
    order_looks: 9,
    wrong_orders: 1,
  };
  const data: SummaryData = {
    metrics: {
      ...Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, { values: { count } }])),
      wrong_orders: { values: { count: 1 }, thresholds: { 'count<=0': { ok: false } } },
    },
  };
  const account = buildOrdersAccount(data, settings, run, 2000);

  it('leaves what never settled as unknown', () => {
    assert.deepEqual(account.orders, { sent: 30, accepted: 22, refused: 3, unknown: 5 });
    assert.deepEqual(account.bad, { sent: 4, accepted: 0, refused: 3, unknown: 1 });
    assert.deepEqual(account.cancels, { asked: 5, cancelled: 2, kept: 1, unknown: 2 });
  });

  it('fails with one wrong answer, and says so', () => {
    assert.equal(account.thresholds.passed, false);
    const text = renderOrdersAccount(account);
    assert.match(text, /orders +30 sent: 22 accepted, 3 refused, 5 unknown\n/);
    assert.match(text, /looks +9, 1 wrong/);
    assert.match(text, /FAILED {4}wrong_orders: count<=0/);
  });
});
