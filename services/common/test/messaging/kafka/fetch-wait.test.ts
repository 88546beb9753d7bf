import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fetchWait } from '../../../src/messaging/kafka/fetch-wait.ts';

describe('how long the broker gathers for a fetch', () => {
  it('is not at all unless a time is given', () => {
    assert.equal(fetchWait({ requestTimeoutMs: 5_000 }).minBytes, 1);
    assert.equal(fetchWait({ gatherMs: 0, requestTimeoutMs: 5_000 }).minBytes, 1);
  });

  it('is that time, and never as long as a request may take', () => {
    const { minBytes, maxWaitMs } = fetchWait({ gatherMs: 50, requestTimeoutMs: 5_000 });
    assert.ok(minBytes > 1);
    assert.equal(maxWaitMs, 50);
    assert.equal(fetchWait({ gatherMs: 5_000, requestTimeoutMs: 5_000 }).maxWaitMs, 2_500);
  });
});
