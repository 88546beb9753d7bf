import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nextDelayMs, parseRetryAfter } from '../lib/backoff.ts';
import { outcomeWithoutAcceptance, readAnswer } from '../lib/outcome.ts';

const lowest = () => 0;
const highest = () => 1 - Number.EPSILON;

describe('back-off', () => {
  it('doubles up to its cap, half of it at random', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 100].map((failures) => [
      nextDelayMs(failures, undefined, 60_000, lowest),
      Math.round(nextDelayMs(failures, undefined, 60_000, highest) ?? 0),
    ]);
    assert.deepEqual(delays, [
      [50, 100],
      [100, 200],
      [200, 400],
      [400, 800],
      [800, 1600],
      [1600, 3200],
      [2500, 5000],
      [2500, 5000],
    ]);
  });

  it('waits at least as long as the server asked', () => {
    assert.equal(nextDelayMs(1, 2000, 60_000, lowest), 2000);
    assert.ok(Number(nextDelayMs(1, 2000, 60_000, highest)) > 2000);
    assert.equal(nextDelayMs(7, 0, 60_000, lowest), 2500);
  });

  it('ends with the time for retries, with a last attempt at its very end', () => {
    assert.equal(nextDelayMs(1, undefined, 0, lowest), undefined);
    assert.equal(nextDelayMs(7, undefined, 700, lowest), 700);
    assert.equal(nextDelayMs(1, 2000, 1999, lowest), undefined);
    assert.equal(nextDelayMs(1, 2000, 2000, highest), 2000);
  });

  it('reads Retry-After in seconds and as a date, and nothing else', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    assert.equal(parseRetryAfter('3', now), 3000);
    assert.equal(parseRetryAfter(' 0 ', now), 0);
    assert.equal(parseRetryAfter('Thu, 01 Jan 2026 00:00:05 GMT', now), 5000);
    assert.equal(parseRetryAfter('Wed, 31 Dec 2025 00:00:05 GMT', now), 0);
    for (const wrong of [undefined, '', '-1', '1.5', 'soon', '99999999']) {
      assert.equal(parseRetryAfter(wrong, now), undefined, String(wrong));
    }
  });
});

describe('outcome', () => {
  it('is accepted for 202 alone', () => {
    assert.deepEqual(readAnswer(202), { outcome: 'accepted', retryable: false });
    assert.deepEqual(readAnswer(200), { outcome: 'unknown', retryable: false });
  });

  it('is refused permanently if the request itself is wrong', () => {
    for (const status of [301, 400, 401, 403, 404, 413, 415]) {
      assert.deepEqual(readAnswer(status), { outcome: 'refused', retryable: false }, String(status));
    }
  });

  it('is unknown where a copy of the request may have been published', () => {
    for (const status of [0, 408, 429, 502, 503, 504]) {
      assert.deepEqual(readAnswer(status), { outcome: 'unknown', retryable: true }, String(status));
    }
    assert.deepEqual(readAnswer(500), { outcome: 'unknown', retryable: false });
  });

  it('stays unknown once any attempt was', () => {
    assert.equal(outcomeWithoutAcceptance(true), 'unknown');
    assert.equal(outcomeWithoutAcceptance(false), 'refused');
  });
});
