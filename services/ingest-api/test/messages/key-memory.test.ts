import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProblemError } from '../../src/http/problem.ts';
import { createKeyMemory } from '../../src/messages/key-memory.ts';

describe('the key memory', () => {
  const body = (text: string): Buffer => Buffer.from(text);

  it('takes the same body again and no other', () => {
    const memory = createKeyMemory(10);
    memory.remember('a', body('1'));
    memory.remember('a', body('1'));
    memory.remember('b', body('2'));
    assert.throws(
      () => memory.remember('a', body('2')),
      (error: unknown) => error instanceof ProblemError && error.status === 422,
    );
  });

  it('forgets the keys used longest ago', () => {
    const memory = createKeyMemory(2);
    for (const key of ['a', 'b', 'a', 'c']) memory.remember(key, body('1'));
    assert.throws(() => memory.remember('a', body('2')), ProblemError);
    memory.remember('b', body('2'));
  });
});
