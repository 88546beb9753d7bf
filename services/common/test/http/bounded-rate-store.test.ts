import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BoundedRateStore } from '../../src/http/bounded-rate-store.ts';

describe('BoundedRateStore', () => {
  it('counts each caller in windows', () => {
    let now = 1_000;
    const store = new BoundedRateStore(1_000, 10, () => now);
    assert.equal(store.increment('a').totalHits, 1);
    assert.equal(store.increment('a').totalHits, 2);
    assert.equal(store.increment('b').totalHits, 1);
    store.decrement('a');
    assert.equal(store.increment('a').totalHits, 2);
    now = 2_000;
    assert.equal(store.increment('a').totalHits, 1);
  });

  it('opens the next window in time when the clock is set back', async (t) => {
    const windowMs = 20;
    let offsetMs = 0;
    const { now } = Date;
    t.mock.method(Date, 'now', () => now() + offsetMs);
    const store = new BoundedRateStore(windowMs, 10);
    store.increment('a');
    const openedAt = performance.now();
    offsetMs = -50 * 60_000;
    while (performance.now() - openedAt <= windowMs) await new Promise(setImmediate);
    assert.equal(store.increment('a').totalHits, 1);
  });

  it('remembers a bounded number of callers and still counts the others, together', () => {
    const store = new BoundedRateStore(1_000, 100, () => 0);
    for (let n = 0; n < 100_000; n += 1) store.increment(`caller-${n}`);
    assert.ok(store.size <= 101);
    assert.ok(store.increment('one more').totalHits > 99_000);
    assert.equal(store.increment('caller-0').totalHits, 2);
  });
});
