import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createKeyMemory, ProblemError } from '../../src/http/index.ts';

const refusal = 'It was used with other messages.';

describe('the key memory', () => {
  it('takes the same messages again and no others', () => {
    const memory = createKeyMemory({ maxKeys: 10, refusal });
    memory.remember('', 'a', '1');
    memory.remember('', 'a', '1');
    memory.remember('', 'b', '2');
    memory.remember('other caller', 'a', '2');
    assert.throws(
      () => memory.remember('', 'a', '2'),
      (error: unknown) => error instanceof ProblemError && error.status === 422 && error.message === refusal,
    );
  });

  it('forgets the keys used longest ago', () => {
    const memory = createKeyMemory({ maxKeys: 2, refusal });
    for (const key of ['a', 'b', 'a', 'c']) memory.remember('', key, '1');
    assert.throws(() => memory.remember('', 'a', '2'), ProblemError);
    memory.remember('', 'b', '2');
  });
});
