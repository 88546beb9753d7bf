import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeAttempt, encodeAttempt } from '../src/attempt.ts';

describe('a noted attempt', () => {
  it('comes back from its text', () => {
    for (const isAlone of [true, false])
      for (const processes of [[], ['a'], ['a', 'b']]) {
        const attempt = { at: 7, until: 90, isAlone, processes };
        assert.deepEqual(decodeAttempt(encodeAttempt(attempt)), attempt);
      }
  });

  it('is none where nothing was noted, or what this version does not understand', () => {
    for (const text of ['', 'x', '7', '7 x batch', '7 8 later a'])
      assert.equal(decodeAttempt(text), undefined);
  });
});
