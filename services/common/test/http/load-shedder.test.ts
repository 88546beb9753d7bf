import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLoadShedder } from '../../src/http/index.ts';
import { judgeWindow } from '../../src/http/load-shedder.ts';

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
  it('is calm after one long delay among short ones, and late where they are all long', () => {
    assert.equal(judgeWindow({ count: 5, meanMs: 816, longestMs: 4_000 }, 'calm', 100), 'calm');
    assert.equal(judgeWindow({ count: 2, meanMs: 500, longestMs: 500 }, 'calm', 100), 'late');
    assert.equal(judgeWindow({ count: 50, meanMs: 20, longestMs: 20 }, 'late', 100), 'calm');
  });

  it('waits for a second long delay where there was only one', () => {
    const pause = { count: 1, meanMs: 4_000, longestMs: 4_000 };
    assert.equal(judgeWindow(pause, 'calm', 100), 'once');
    assert.equal(judgeWindow(pause, 'once', 100), 'late');
    assert.equal(judgeWindow(pause, 'late', 100), 'late');
    assert.equal(judgeWindow({ count: 0, meanMs: Number.NaN, longestMs: 0 }, 'once', 100), 'calm');
  });

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
