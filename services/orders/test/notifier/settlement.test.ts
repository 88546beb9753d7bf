import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type SendResult, settlementBefore, settlementOf } from '../../src/notifier/settlement.ts';
import { leasedMail } from '../support/mails.ts';

const REFUSED: SendResult = { kind: 'refused', isPermanent: false, reason: '451 later' };
const UNKNOWN: SendResult = { kind: 'unknown', reason: 'no answer' };

describe('what becomes of a mail after an attempt', () => {
  const outcomeOf = (attempts: number, unknownAttempts: number, result: SendResult, max = 8) => {
    const { outcome, delayMs, reason } = settlementOf(leasedMail({ attempts, unknownAttempts }), result, max);
    return [outcome, delayMs, reason];
  };

  it('is sent, or not handed over', () => {
    assert.deepEqual(outcomeOf(3, 1, { kind: 'sent' }), ['sent', 0, null]);
    assert.deepEqual(outcomeOf(3, 1, { kind: 'returned', reason: 'away' }), ['returned', 500, 'away']);
  });

  it('waits twice as long after each refusal, a minute at most', () => {
    const delays = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => outcomeOf(n, 0, REFUSED, 100)[1]);
    assert.deepEqual(delays, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    assert.equal(outcomeOf(90, 0, REFUSED, 1_000)[1], 60_000);
  });

  it('is parked with the last refusal that may be, and not before', () => {
    assert.equal(outcomeOf(6, 0, REFUSED)[0], 'retry');
    assert.deepEqual(outcomeOf(7, 0, REFUSED), ['parked', 0, '451 later (refused 8 times)']);
    assert.equal(outcomeOf(0, 0, REFUSED, 1)[0], 'parked');
  });

  it('is parked at once if it is refused permanently', () => {
    const rejected: SendResult = { kind: 'refused', isPermanent: true, reason: '550 no such user' };
    assert.deepEqual(outcomeOf(0, 0, rejected), ['parked', 0, '550 no such user']);
  });

  it('counts refusals apart from attempts of unknown outcome', () => {
    assert.deepEqual(outcomeOf(9, 9, REFUSED), ['retry', 1_000, '451 later']);
    assert.deepEqual(outcomeOf(9, 2, UNKNOWN), ['unknown', 4_000, 'no answer']);
  });

  it('is not tried forever while nothing answers', () => {
    assert.equal(settlementBefore(leasedMail({ attempts: 9, unknownAttempts: 7 }), 8), undefined);
    const { outcome, reason } = settlementBefore(leasedMail({ attempts: 9, unknownAttempts: 8 }), 8) ?? {};
    assert.deepEqual([outcome, reason], ['parked', 'the outcome of 8 attempts is unknown']);
  });

  it('keeps a reason as one printable line of bounded length', () => {
    const reason = `550-first\r\n550 \u0000second\u202e\ud800 ${'x'.repeat(1_000)}`;
    const kept = outcomeOf(0, 0, { kind: 'refused', isPermanent: true, reason })[2] as string;
    assert.match(kept, /^550-first 550 second/);
    assert.ok(kept.length <= 300 && kept.isWellFormed());
    assert.doesNotMatch(kept, /[\p{Cc}\u202e]/u);
  });
});
