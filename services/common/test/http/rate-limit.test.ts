import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Request, Response } from 'express';
import { createRateLimit } from '../../src/http/rate-limit.ts';

/** A limit of two requests a second on a clock that stands still until `turn`; a caller is known by its key. */
function createLimit(t: TestContext) {
  let now = 1_000;
  t.mock.method(performance, 'now', () => now);
  const limit = createRateLimit({
    perSecond: 2,
    callerOf: (request) => request.get('x-api-key'),
    refusal: (seconds) => new Error(`retry after ${seconds} s`),
  });
  const ask = async (ip: string, key = ''): Promise<unknown> => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const request = { ip, get: () => key } as unknown as Request;
    await limit(request, {} as Response, resolve);
    return await promise;
  };
  const turn = (): void => {
    now += 1_000;
  };
  return { ask, turn };
}

describe('a rate limit', () => {
  it('passes as many requests of an address as it allows, and again in the next window', async (t) => {
    const { ask, turn } = createLimit(t);
    for (let window = 0; window < 2; window++) {
      assert.equal(await ask('192.0.2.1'), undefined);
      assert.equal(await ask('192.0.2.1'), undefined);
      assert.deepEqual(await ask('192.0.2.1'), new Error('retry after 1 s'));
      assert.equal(await ask('192.0.2.2'), undefined);
      turn();
    }
  });

  it('counts an identified caller by its name, wherever it asks from', async (t) => {
    const { ask } = createLimit(t);
    assert.equal(await ask('192.0.2.1', 'a'), undefined);
    assert.equal(await ask('192.0.2.2', 'a'), undefined);
    assert.deepEqual(await ask('192.0.2.3', 'a'), new Error('retry after 1 s'));
    assert.equal(await ask('192.0.2.1', 'b'), undefined);
  });
});
