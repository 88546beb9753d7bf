import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { longestPauses } from './longest-pause.ts';

const START_MS = Date.parse('2026-01-01T00:00:00Z');
const at = (seconds: number): string => new Date(START_MS + seconds * 1_000).toISOString();

/** The longest pause of a load from second 0 to 40, by the totals seen at these seconds. */
function pauseOf(totals: readonly (readonly [seconds: number, total: number | null])[]): number | undefined {
  return longestPauses({
    samples: totals.map(([seconds, total]) => ({
      atMs: START_MS + seconds * 1_000,
      atSeconds: seconds,
      lanes: { a: { total, backlog: 0, consumers: 1, p50Seconds: null, p99Seconds: null } },
    })),
    load: { startedAt: at(0), endedAt: at(40) },
    account: { lanes: [{ lane: 'a' }] },
  }).a;
}
const steadily = (from: number, to: number): [number, number][] =>
  Array.from({ length: to - from + 1 }, (_, index) => [from + index, 10 * (from + index + 20)]);

describe('longestPauses', () => {
  it('is the time between two samples where a lane always gains', () => {
    assert.equal(pauseOf(steadily(-12, 50)), 1);
  });

  it('finds a pause in the middle, from the last gain to the next', () => {
    assert.equal(pauseOf([...steadily(-12, 10), [15, 300], [20, 300], ...steadily(23, 45)]), 13);
  });

  it('finds a pause at the end of the load, however early the samples began', () => {
    const still: [number, number][] = Array.from({ length: 30 }, (_, index) => [21 + index, 400]);
    assert.equal(pauseOf([...steadily(-12, 20), ...still]), 20);
  });

  it('finds a pause at the beginning, and not the time before the load', () => {
    const still: [number, number][] = Array.from({ length: 30 }, (_, index) => [-20 + index, 0]);
    assert.equal(pauseOf([...still, ...steadily(15, 45)]), 15);
  });

  it('takes time without a reading for a pause', () => {
    const unread: [number, null][] = Array.from({ length: 10 }, (_, index) => [11 + index, null]);
    assert.equal(pauseOf([...steadily(-12, 10), ...unread, ...steadily(21, 45)]), 11);
    assert.equal(pauseOf([]), 40);
    assert.equal(pauseOf([[20, 5]]), 40);
  });
});
