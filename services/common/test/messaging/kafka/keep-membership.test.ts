import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keepMembership } from '../../../src/messaging/kafka/keep-membership.ts';

const INTERVAL_MS = 1_000;

describe('keeping a membership while a handler works', () => {
  it('sends heartbeats automatically, until it ends', (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    let beats = 0;
    const membership = keepMembership(() => Promise.resolve(void beats++), INTERVAL_MS);
    t.mock.timers.tick(3 * INTERVAL_MS);
    assert.equal(beats, 3);
    membership.end();
    t.mock.timers.tick(3 * INTERVAL_MS);
    assert.equal(beats, 3);
  });

  it('reports a failed heartbeat at the next sign of life, and sends no more', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const failure = new TypeError('rebalance in progress');
    let beats = 0;
    const membership = keepMembership(() => {
      beats++;
      return Promise.reject(failure);
    }, INTERVAL_MS);
    t.mock.timers.tick(INTERVAL_MS);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(membership.error(), failure);
    await assert.rejects(membership.confirm(), failure);
    t.mock.timers.tick(3 * INTERVAL_MS);
    assert.equal(beats, 1);
    membership.end();
  });

  it('gives up on a handler that shows no sign of life for a minute', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    let nowMs = 0;
    t.mock.method(performance, 'now', () => nowMs);
    let beats = 0;
    const membership = keepMembership(() => Promise.resolve(void beats++), INTERVAL_MS);
    nowMs = 59_000;
    t.mock.timers.tick(INTERVAL_MS);
    assert.equal(beats, 1);
    await membership.confirm();
    nowMs = 118_000;
    t.mock.timers.tick(INTERVAL_MS);
    assert.equal(beats, 3);
    nowMs = 120_000;
    t.mock.timers.tick(INTERVAL_MS);
    assert.equal(beats, 3);
    membership.end();
  });
});
