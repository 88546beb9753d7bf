import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from './eventually.ts';

const SOON = { timeoutMs: 30, intervalMs: 1 };

describe('eventually', () => {
  it('asks until the answer fits, past errors', async () => {
    let asked = 0;
    const answer = await eventually(
      () => {
        asked += 1;
        if (asked === 1) throw new Error('not yet');
        return Promise.resolve(asked);
      },
      (n) => n === 3,
      { intervalMs: 1 },
    );
    assert.equal(answer, 3);
  });

  it('takes undefined for an answer like any other', async () => {
    assert.equal(
      await eventually(
        () => undefined,
        (answer) => answer === undefined,
        SOON,
      ),
      undefined,
    );
  });

  it('fails with the last answer', async () => {
    const waiting = eventually(
      () => ({ ready: 2, of: 3 }),
      () => false,
      SOON,
    );
    await assert.rejects(waiting, /the last answer was \{ ready: 2, of: 3 \}/);
  });

  it('fails with the last error, as its cause too', async () => {
    const forbidden = new Error('403: may not list pods');
    const waiting = eventually(
      () => Promise.reject(forbidden),
      () => true,
      SOON,
    );
    await assert.rejects(waiting, (error: Error) => {
      assert.match(error.message, /the last attempt failed: Error: 403: may not list pods/);
      assert.equal(error.cause, forbidden);
      return true;
    });
  });
});
