import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { STATES, type StateNumber } from '../../src/domain/state.ts';
import type { Order } from '../../web/src/model/api.ts';
import { isLast, isSettled, stepsOf, untilNextMs } from '../../web/src/model/steps.ts';

const START = Date.parse('2026-01-02T03:04:05.000Z');

/** An order that came into these states every 8.5 s, with a mail of this status for each. */
function orderIn(
  states: readonly StateNumber[],
  mailStatus: Order['mails'][number]['status'] = 'sent',
): Order {
  const last = states.at(-1) ?? 1;
  const iso = (index: number): string => new Date(START + index * 8_500).toISOString();
  return {
    id: '0b0f2f9e-7c1c-8a4e-9f0a-0123456789ab',
    number: 1,
    game: { id: 1, row: 1, name: 'A', price: 1 },
    email: 'a***@example.com',
    language: 'es',
    ...STATES[last],
    history: states.map((number, index) => ({ ...STATES[number], at: iso(index) })),
    dueAt: last >= 4 ? null : iso(states.length),
    mails: states.map((number) => ({
      ...STATES[number],
      status: mailStatus,
      attempts: 1,
      reason: null,
      sentAt: null,
    })),
  };
}

const brief = (order: Order) => stepsOf(order).map(({ estado, phase }) => `${estado}: ${phase}`);

describe('stepsOf', () => {
  it('has four steps, of which one is now', () => {
    assert.deepEqual(brief(orderIn([1, 2])), [
      'recibido: done',
      'preparando: now',
      'entregando: to come',
      'finalizado: to come',
    ]);
    assert.deepEqual(brief(orderIn([1, 2, 3, 4])), [
      'recibido: done',
      'preparando: done',
      'entregando: done',
      'finalizado: done',
    ]);
  });

  it('has two steps when it was cancelled', () => {
    assert.deepEqual(brief(orderIn([1, 5])), ['recibido: done', 'cancelado: done']);
  });

  it('has the times of each state that was left', () => {
    const [first, second, third] = stepsOf(orderIn([1, 2]));
    assert.deepEqual([first?.at, first?.lastedMs], [START, 8_500]);
    assert.deepEqual([second?.at, second?.lastedMs], [START + 8_500, undefined]);
    assert.deepEqual([third?.at, third?.lastedMs], [undefined, undefined]);
  });
});

describe('isSettled', () => {
  it('is so after the last state, when no mail waits', () => {
    for (const states of [
      [1, 2, 3, 4],
      [1, 5],
    ] as const) {
      assert.ok(isSettled(orderIn(states)));
      assert.ok(isSettled(orderIn(states, 'parked')));
      assert.ok(!isSettled(orderIn(states, 'waiting')));
      assert.ok(
        !isSettled({ ...orderIn(states), mails: orderIn(states).mails.slice(0, -1) }),
        'not yet written',
      );
    }
    assert.ok(!isSettled(orderIn([1, 2, 3])));
  });
});

describe('isLast', () => {
  it('is so of finalizado and cancelado', () => {
    assert.deepEqual(
      ([1, 2, 3, 4, 5] as const).filter((state) => isLast(orderIn([state]))),
      [4, 5],
    );
  });
});

describe('untilNextMs', () => {
  it('counts down to 0, by the clock of the server', () => {
    const order = orderIn([1]);
    assert.equal(untilNextMs(order, START + 500), 8_000);
    assert.equal(untilNextMs(order, START + 60_000), 0);
    assert.equal(untilNextMs(orderIn([1, 5]), START), undefined);
  });
});
