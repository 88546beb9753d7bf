import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProblemError } from '@caudal/common/http';
import { createLoadShedder } from '../../src/http/load-shedder.ts';

function isCalm(shedder: { assertCalm(): void }): boolean {
  try {
    shedder.assertCalm();
    return true;
  } catch (error) {
    assert.ok(error instanceof ProblemError);
    assert.equal(error.status, 503);
    assert.equal(error.options.retryAfterSeconds, 1);
    return false;
  }
}

describe('the load shedder', () => {
  it('refuses while the event loop is late, and no longer when it is not', async () => {
    const shedder = createLoadShedder(20);
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
