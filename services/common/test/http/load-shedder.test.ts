import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLoadShedder } from '../../src/http/index.ts';

const REFUSAL = new Error('late');

function isCalm(shedder: { assertCalm(): void }): boolean {
  try {
    shedder.assertCalm();
    return true;
  } catch (error) {
    assert.equal(error, REFUSAL);
    return false;
  }
}

describe('the load shedder', () => {
  it('refuses while the event loop is late, and no longer when it is not', async () => {
    const shedder = createLoadShedder({ maxEventLoopDelayMs: 20, refusal: () => REFUSAL });
    try {
      assert.ok(isCalm(shedder));
      while (isCalm(shedder)) {
        const until = performance.now() + 100;
        while (performance.now() < until);
        await new Promise(setImmediate);
      }
      while (!isCalm(shedder)) await new Promise((resolve) => setTimeout(resolve, 10));
    } finally {
      shedder.close();
    }
  });
});
