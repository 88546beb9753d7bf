import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareRates, estimateMedian } from '../../src/experiments/statistics.ts';

describe('the estimate of a median', () => {
  it('is as wide as three values, and narrower than many', () => {
    assert.deepEqual(estimateMedian([10, 30, 20]), { median: 20, low: 10, high: 30 });
    const { median, low, high } = estimateMedian(Array.from({ length: 101 }, (_, index) => index));
    assert.equal(median, 50);
    assert.ok(low > 25 && low < 50 && high > 50 && high < 75, `${low}–${high}`);
  });

  it('is that of one value, and the same each time', () => {
    assert.deepEqual(estimateMedian([7]), { median: 7, low: 7, high: 7 });
    const values = [3, 1, 4, 1, 5, 9, 2, 6];
    assert.deepEqual(estimateMedian(values), estimateMedian(values));
  });

  it('refuses no value', () => {
    assert.throws(() => estimateMedian([]), RangeError);
  });
});

describe('the comparison of rates', () => {
  const pairs = (rates: Readonly<Record<string, readonly number[]>>) =>
    compareRates(rates).map(({ faster, slower, isClear }) => `${faster} > ${slower}${isClear ? '' : '?'}`);

  it('names the faster of each two, the fastest first', () => {
    assert.deepEqual(pairs({ a: [100, 110, 90], b: [10, 11, 9], c: [200, 230, 190] }), [
      'c > a',
      'c > b',
      'a > b',
    ]);
  });

  it('sees no clear difference where one repetition says the contrary', () => {
    assert.deepEqual(pairs({ a: [100, 110, 90], b: [99, 100, 95] }), ['a > b?']);
  });

  it('compares within a repetition: a machine that slows down does so for all', () => {
    const [comparison] = compareRates({ a: [100, 50, 25], b: [80, 40, 20] });
    assert.deepEqual(comparison?.ratio, { median: 1.25, low: 1.25, high: 1.25 });
    assert.equal(comparison?.isClear, true);
  });

  it('reads no difference from two repetitions', () => {
    assert.deepEqual(pairs({ a: [100, 100], b: [1, 1] }), ['a > b?']);
  });
});
