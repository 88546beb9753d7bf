import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { lagOf } from '../../../src/messaging/kafka/lag.ts';
import { readFrom } from '../../../src/messaging/kafka/log-position.ts';

function decide(
  expected: number | null,
  low: number,
  high: number,
): { readonly from: number; readonly said: string[] } {
  const said: string[] = [];
  const logger = pino({ level: 'error' }, { write: (line: string) => said.push(JSON.parse(line).msg) });
  return { from: readFrom(expected, { low, high }, 'message:0', logger), said };
}

describe('where to read a log on', () => {
  it('begins at the start of the log when nothing was stored', () => {
    assert.deepEqual(decide(null, 30, 50), { from: 30, said: [] });
  });

  it('goes on where the store stands, also at the very end', () => {
    for (const expected of [30, 40, 50])
      assert.deepEqual(decide(expected, 30, 50), { from: expected, said: [] });
  });

  it('says how many messages retention has taken', () => {
    const { from, said } = decide(10, 30, 50);
    assert.equal(from, 30);
    assert.match(said.join(), /^20 messages were deleted/);
  });

  it('reads a log that ends before the stored offset again', () => {
    const { from, said } = decide(60, 30, 50);
    assert.equal(from, 30);
    assert.match(said.join(), /ends before/);
  });
});

describe('lag of a store', () => {
  it('counts from the store or the start of the log, whichever is later, and never below nothing', () => {
    const log = new Map([
      [0, { low: 0, high: 100 }],
      [1, { low: 50, high: 100 }],
      [2, { low: 50, high: 100 }],
      [3, { low: 0, high: 10 }],
    ]);
    const positions = new Map([
      ['message:0', 40],
      ['message:1', 20],
      ['message:2', null],
      ['message:3', 30],
    ]);
    assert.deepEqual(lagOf('message', log, new Map([[0, { low: 2, high: 5 }]]), positions, 2), {
      messages: 160,
      bySource: { 'message:0': 60, 'message:1': 50, 'message:2': 50, 'message:3': 0 },
      deadLetters: 3,
      consumers: 2,
    });
  });
});
