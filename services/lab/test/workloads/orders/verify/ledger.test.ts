import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { orderLine, wrongOrderLine } from '../../../../../../load-tests/lib/orders/ledger.ts';
import { readLedger } from '../../../../src/workloads/orders/verify/ledger.ts';

/** As k6 logs a warning. */
const logged = (message: string): string =>
  `time="2026-11-27T10:00:00Z" level=warning msg="${message}" source=console\n`;
const ASKED = { row: 87, email: 'user1@example.com', language: 'es' };
const line = (more: Partial<Parameters<typeof orderLine>[0]>): string =>
  logged(orderLine({ key: 'k-0', asked: ASKED, outcome: 'unknown', id: undefined, cancel: '-', ...more }));

describe('readLedger', () => {
  it('reads what the load writes; the last line of an order counts', () => {
    const log = [
      'running (00m01.0s), 10/50 VUs\n',
      line({}),
      line({ outcome: 'accepted', id: 'id-0' }),
      line({ outcome: 'accepted', id: 'id-0', cancel: 'kept' }),
      line({ key: 'k-1' }),
    ].join('');
    const order = { ...ASKED, key: 'k-0', outcome: 'accepted', id: 'id-0', cancel: 'kept' };
    assert.deepEqual(readLedger(log), {
      orders: [order, { ...order, key: 'k-1', outcome: 'unknown', id: undefined, cancel: '-' }],
      wrongAnswers: [],
    });
  });

  it('reads orders that had to be refused, whatever they asked for', () => {
    const asked = { row: '87abc', email: 'user1@example.com\r\nBcc: "x"' };
    const [order] = readLedger(line({ asked, outcome: 'refused' })).orders;
    assert.deepEqual([order?.row, order?.email, order?.language], [Number.NaN, asked.email, '-']);
  });

  it('reads answers that were not right, and takes none for an order', () => {
    const { orders, wrongAnswers } = readLedger(logged(wrongOrderLine('k-0', 'id-0', 'showed order "id-1"')));
    assert.deepEqual([orders, wrongAnswers], [[], [{ id: 'id-0', what: 'showed order ?id-1?' }]]);
  });

  it('fails at a line that it cannot read', () => {
    assert.throws(() => readLedger(logged('ORDER k-0 87 user1@example.com es acc')), /no order: k-0 87/);
    assert.throws(() => readLedger(line({}).replace('unknown', 'perhaps')), /no order/);
  });
});
