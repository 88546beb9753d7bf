import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lagOf } from '../../../src/messaging/kafka/lag.ts';
import { addMark, type LogMark, markOf } from '../../../src/messaging/kafka/log-mark.ts';
import { locate, type Placement } from '../../../src/messaging/kafka/log-position.ts';

const bodyOf = (log: string, offset: number) => Buffer.from(`${log}-${offset}`);

/** Returns the marks of a store that stored `log` up to `expected`, in batches of ten. */
function marksOf(log: string, expected: number): readonly LogMark[] {
  let marks: readonly LogMark[] = [];
  for (let offset = 9; offset < expected - 1; offset += 10)
    marks = addMark(marks, markOf(offset, bodyOf(log, offset)));
  return expected === 0 ? [] : addMark(marks, markOf(expected - 1, bodyOf(log, expected - 1)));
}

/** Returns where a store of log `a` resumes when the log, from offset `cutAt`, is that of `b`. */
function decide(
  expected: number | null,
  [low, high]: readonly [number, number],
  options: { readonly marks?: readonly LogMark[]; readonly cutAt?: number } = {},
): Promise<Placement> {
  const { marks = marksOf('a', expected ?? 0), cutAt = Number.POSITIVE_INFINITY } = options;
  return locate({ expected, marks }, { low, high }, (offset) => {
    assert.ok(offset >= low && offset < high, `read ${offset} of a log from ${low} to ${high}`);
    return Promise.resolve(bodyOf(offset < cutAt ? 'a' : 'b', offset));
  });
}

async function summary(placement: Promise<Placement>): Promise<string> {
  const { identity, readFrom, deleted } = await placement;
  return `${identity} from ${readFrom}, ${deleted} deleted`;
}

describe('where to resume a log', () => {
  it('begins at the start of the log when nothing was stored', async () => {
    assert.equal(await summary(decide(null, [30, 50])), 'unknown from 30, 0 deleted');
  });

  it("resumes at the store's position when the last stored record is there, even at the very end", async () => {
    for (const expected of [31, 40, 50])
      assert.equal(await summary(decide(expected, [30, 50])), `same from ${expected}, 0 deleted`);
  });

  it("resumes at the store's position when retention has just deleted the last stored record", async () => {
    assert.equal(await summary(decide(30, [30, 50])), 'unknown from 30, 0 deleted');
    assert.equal(await summary(decide(30, [30, 30])), 'unknown from 30, 0 deleted');
  });

  it('counts what retention has deleted before it was stored', async () => {
    assert.equal(await summary(decide(10, [30, 50])), 'unknown from 30, 20 deleted');
  });

  it('reads another log from its start, whether it is shorter, longer or equally long', async () => {
    for (const high of [0, 10, 999, 1_000, 1_001, 5_000])
      assert.equal(
        await summary(decide(1_000, [0, high], { cutAt: 0 })),
        'replaced from 0, 0 deleted',
        `a log of ${high}`,
      );
    const { marks } = await decide(1_000, [0, 5_000], { cutAt: 0 });
    assert.deepEqual(marks, []);
  });

  it('reads a log that lost its end from the last marked record it still has, whether it has grown again or not', async () => {
    for (const high of [999, 1_000, 1_500]) {
      const { identity, readFrom, deleted, marks } = await decide(1_000, [0, high], { cutAt: 995 });
      assert.deepEqual([identity, deleted], ['cut', 0]);
      assert.ok(readFrom <= 995 && readFrom > 1_000 - 64, `from ${readFrom}`);
      assert.deepEqual([readFrom, marks[0]?.digest], [(marks[0]?.offset ?? 0) + 1, marksAt(readFrom)]);
    }
  });

  it('does not read beyond the end when only transaction markers were cut off', async () => {
    const marks = [markOf(40, bodyOf('a', 40))];
    assert.equal(await summary(decide(45, [0, 43], { marks })), 'same from 43, 0 deleted');
  });

  it('trusts the offset alone if a version without marks stored it', async () => {
    assert.equal(await summary(decide(40, [30, 50], { marks: [] })), 'unknown from 40, 0 deleted');
    assert.equal(await summary(decide(60, [30, 50], { marks: [] })), 'replaced from 30, 0 deleted');
    assert.equal(await summary(decide(10, [30, 50], { marks: [] })), 'unknown from 30, 20 deleted');
  });
});

function marksAt(readFrom: number): string {
  return markOf(readFrom - 1, bodyOf('a', readFrom - 1)).digest;
}

describe('lag of a store', () => {
  it('counts from the store’s position or the start of the log, whichever is later, and is never negative', () => {
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
      covers: 'waiting and in hand',
      waiting: null,
      inHand: null,
      bySource: { 'message:0': 60, 'message:1': 50, 'message:2': 50, 'message:3': 0 },
      deadLetters: 3,
      consumers: 2,
    });
  });
});
