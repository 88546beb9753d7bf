import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PLAIN } from '../../../../src/cli/painter.ts';
import { judge } from '../../../../src/workloads/orders/judge.ts';
import { accountLine, accountSummary, formatLong } from '../../../../src/workloads/orders/report/summary.ts';
import { judgeOrders } from '../../../../src/workloads/orders/verify/judge-orders.ts';
import { orderCase } from '../../../support/orders-case.ts';

const CLEAN = orderCase(1_001);
const account = judgeOrders(CLEAN);

describe('the summary of orders', () => {
  it('says in one line what was promised and what is there', () => {
    assert.equal(
      accountLine(account, judge({ account })),
      'orders  1,001 accepted · 1,000 finished · 1 cancelled · 4,002 transitions · 4,002 mails · lost 0 · doubled 0 · wrong 0 · early 0 · skipped 0 · out of order 0',
    );
    assert.match(accountSummary({ account }, PLAIN), /\n\nexact: every accepted order/);
  });

  it('names what is wrong, how often and where', () => {
    const evidence = { ...CLEAN.evidence, mails: CLEAN.evidence.mails.slice(2) };
    const text = accountSummary({ account: judgeOrders({ ...CLEAN, evidence }) }, PLAIN);
    const [id] = CLEAN.evidence.orders.map((order) => order.id);
    assert.match(text, / · lost 2 · doubled 0 /);
    assert.match(text, /\nNOT exact: 1 of 1,001 orders are not as promised\n/);
    assert.ok(text.includes(`  lost 2 mails: a mail that never came (${id}.1, ${id}.2)`), text);
  });

  it('calls nothing exact where nothing was promised', () => {
    const nothing = { ...account, accepted: 0, kept: 0 };
    assert.match(
      accountSummary({ account: nothing }, PLAIN),
      /\nnothing was promised: no order was accepted/,
    );
  });

  it('writes long times as people say them', () => {
    assert.deepEqual([8.3, 719, 31_980].map(formatLong), ['8.3 s', '12 min', '8 h 53 min']);
  });
});
