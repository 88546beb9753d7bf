import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProblemError, readIdempotencyKey } from '../../src/http/index.ts';

describe('readIdempotencyKey', () => {
  it('takes up to 255 visible ASCII characters, or none at all', () => {
    assert.equal(readIdempotencyKey(undefined), undefined);
    for (const key of ['a', 'x'.repeat(255), '!~"{}']) assert.equal(readIdempotencyKey(key), key);
  });

  for (const header of ['', 'with blank', 'ñ', 'x'.repeat(256), 'a\tb', ['a', 'b']]) {
    it(`refuses ${JSON.stringify(header).slice(0, 20)}`, () => {
      assert.throws(
        () => readIdempotencyKey(header),
        (error: unknown) =>
          error instanceof ProblemError &&
          error.status === 400 &&
          error.problem === 'invalid-idempotency-key',
      );
    });
  }
});
