import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StoreRate, secondsBehind } from '../../src/lanes/store-rate.ts';

function rateOf(...samples: readonly (readonly [atSeconds: number, total: number])[]): number | null {
  const rate = new StoreRate();
  for (const [atSeconds, total] of samples) rate.note(total, atSeconds * 1_000);
  return rate.perSecond;
}

describe('the rate of a store', () => {
  it('is not known before a second has been seen', () => {
    assert.equal(rateOf(), null);
    assert.equal(rateOf([0, 10]), null);
    assert.equal(rateOf([0, 10], [0.5, 500]), null);
  });

  it('is what the totals of the last 30 seconds gained', () => {
    assert.equal(rateOf([0, 100], [1, 200], [2, 500]), 200);
    assert.equal(rateOf([0, 0], [10, 1_000_000], [35, 1_000_000], [45, 1_000_100]), 10);
    assert.equal(rateOf([0, 7], [5, 7]), 0);
  });

  it('spans the last two totals where they are further apart than its window, and counts a time once', () => {
    const rate = new StoreRate(10_000);
    for (const [atSeconds, total] of [
      [0, 0],
      [0, 0],
      [15, 3_000],
      [15, 3_000],
    ] as const) {
      rate.note(total, atSeconds * 1_000);
    }
    assert.equal(rate.perSecond, 200);
    rate.note(3_000, 30_000);
    assert.equal(rate.perSecond, 0);
  });

  it('starts over where a store has lost messages', () => {
    assert.equal(rateOf([0, 10_000], [1, 20_000], [2, 100]), null);
    assert.equal(rateOf([0, 10_000], [2, 100], [4, 120]), 10);
  });
});

describe('secondsBehind', () => {
  it('is the backlog at the rate of storing, 0 without one, unknown while nothing is stored', () => {
    assert.equal(secondsBehind(5_000, 400), 12.5);
    assert.equal(secondsBehind(1, 3), 0.3);
    assert.equal(secondsBehind(0, null), 0);
    assert.equal(secondsBehind(0, 0), 0);
    assert.equal(secondsBehind(9, 0), null);
    assert.equal(secondsBehind(9, null), null);
  });
});
