import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  contains,
  decodePosition,
  distance,
  encodePosition,
  later,
  markOfLog,
} from '../../src/live/position.ts';

describe('a position in a log', () => {
  const log = markOfLog('topic-id');

  it('is written as text without anything that a header or a URL must escape, and read back', () => {
    for (const offsets of [[], [0], [0, 127, 128, 16_383, 16_384], [Number.MAX_SAFE_INTEGER, 1]]) {
      const text = encodePosition({ log, offsets });
      assert.match(text, /^[A-Za-z0-9_-]+$/);
      assert.deepEqual(decodePosition(text), { log, offsets });
    }
  });

  it('is not read from anything else', () => {
    const right = encodePosition({ log, offsets: [300, 2] });
    const texts = [
      '',
      'abc',
      `${right} `,
      `${right}=`,
      right.slice(0, -3),
      `${log}gICAgICAgICAgIAB`,
      'a'.repeat(9_000),
      'abcdé',
    ];
    for (const text of texts) assert.equal(decodePosition(text), undefined, text.slice(0, 40));
  });

  it('has a mark of its log', () => {
    assert.notEqual(markOfLog('topic-id'), markOfLog('another'));
    assert.equal(markOfLog('topic-id').length, 4);
  });

  it('is compared partition by partition', () => {
    assert.equal(contains([3, 2], [3, 2]), true);
    assert.equal(contains([3, 2], [2, 3]), false);
    assert.equal(contains([3], [3, 1]), false);
    assert.deepEqual(later([1, 5], [2, 3, 4]), [2, 5, 4]);
    assert.equal(distance([1, 5], [4, 3, 2]), 5);
  });
});
