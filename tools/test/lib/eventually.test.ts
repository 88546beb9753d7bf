import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '../../lib/eventually.ts';

const SOON = { timeoutMs: 30, everyMs: 1 };

describe('eventually', () => {
  it('asks until the answer fits, past errors where that is wanted', async () => {
    let asked = 0;
    const answer = await eventually(
      () => {
        asked += 1;
        if (asked === 1) throw new Error('not yet');
        return Promise.resolve(asked);
      },
      (n) => n === 3,
      { everyMs: 1, pastErrors: true },
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
      { ...SOON, pastErrors: true },
    );
    await assert.rejects(waiting, (error: Error) => {
      assert.match(error.message, /the last attempt failed: Error: 403: may not list pods/);
      assert.equal(error.cause, forbidden);
      return true;
    });
  });

  it('throws the first error as it is where asking past errors is not wanted', async () => {
    let asked = 0;
    const broken = new Error('broken');
    const ask = () => {
      asked += 1;
      return Promise.reject(broken);
    };
    await assert.rejects(
      eventually(ask, () => true, SOON),
      (error) => error === broken,
    );
    assert.equal(asked, 1);
  });

  it('says what it waited for, and forgets an error before the last answer', async (t) => {
    let asked = 0;
    // The time is over after the second question, however slow the machine is.
    t.mock.method(performance, 'now', () => (asked < 2 ? 0 : 1_000));
    const ask = () => {
      asked += 1;
      if (asked === 1) throw new Error('starting');
      return 'no';
    };
    const waiting = eventually(ask, (answer) => answer === 'yes', {
      ...SOON,
      what: 'a yes',
      pastErrors: true,
    });
    await assert.rejects(waiting, (error: Error) => {
      assert.equal(error.message, "timed out after 0 s waiting for a yes; the last answer was 'no'");
      assert.equal(error.cause, undefined);
      return true;
    });
  });
});
