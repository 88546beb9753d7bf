import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  addMark,
  decodeMarks,
  encodeMarks,
  type LogMark,
  markOf,
} from '../../../src/messaging/kafka/log-mark.ts';

/** Returns the marks after batches of these sizes. */
function marksAfter(sizes: readonly number[]): readonly LogMark[] {
  let offset = -1;
  let marks: readonly LogMark[] = [];
  for (const size of sizes) {
    offset += size;
    marks = addMark(marks, markOf(offset, Buffer.from(String(offset))));
  }
  return marks;
}

describe('marks of a log', () => {
  it('depend on the value and can be decoded from their text', () => {
    const marks = [markOf(7, Buffer.from('a')), markOf(3, Buffer.from('b')), markOf(1, null)];
    assert.equal(new Set(marks.map(({ digest }) => digest)).size, 3);
    assert.deepEqual(decodeMarks(encodeMarks(marks)), marks);
    assert.deepEqual(decodeMarks(''), []);
  });

  it('stay few, newest first, and reach back close to any place where the log may have been cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        (sizes, lost) => {
          const marks = marksAfter(sizes);
          const last = sizes.reduce((sum, size) => sum + size, -1);
          assert.equal(marks[0]?.offset, last);
          assert.ok(marks.length <= 9, `${marks.length} marks`);
          for (const [index, mark] of marks.entries())
            assert.ok(index === 0 || mark.offset < (marks[index - 1] as LogMark).offset);
          // If any mark is left, reading again from it costs at most a few eightfold steps more than what was lost.
          const surviving = marks.find(({ offset }) => offset <= last - lost);
          if (surviving) assert.ok(last - surviving.offset <= 64 * (lost + 4_000));
          else
            assert.ok(last - lost <= 64 * (lost + 4_000), 'no mark is left of a log that was cut a little');
        },
      ),
    );
  });
});
