import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fromCumulative, mergeBuckets, percentile } from '../../src/load/histogram.ts';

describe('percentile', () => {
  it('interpolates within a bucket as Prometheus does', () => {
    // histogram_quantile over cumulative buckets le=1: 10, le=2: 30, le=4: 40
    const buckets = fromCumulative(
      new Map([
        [1, 10],
        [2, 30],
        [4, 40],
        [Number.POSITIVE_INFINITY, 40],
      ]),
    );
    assert.equal(percentile(buckets, 0.5), 1.5);
    assert.equal(percentile(buckets, 0.25), 1);
    assert.equal(percentile(buckets, 0.95), 3.6);
    assert.equal(percentile(buckets, 1), 4);
  });

  it('takes what lies above the last finite bound for that bound', () => {
    assert.equal(
      percentile(
        new Map([
          [1, 1],
          [2, 0],
          [Number.POSITIVE_INFINITY, 9],
        ]),
        0.99,
      ),
      2,
    );
  });

  it('is null without observations', () => {
    assert.equal(percentile(new Map([[1, 0]]), 0.5), null);
    assert.equal(percentile(new Map(), 0.5), null);
  });

  it('lies in the bucket of the exact value and never falls as the quantile rises', () => {
    const bounds = [1, 2, 5, 10, 20, 50, 100];
    const values = fc.array(fc.double({ min: 0.001, max: 100, noNaN: true }), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (observed, quantile) => {
        const buckets = new Map(bounds.map((bound) => [bound, 0]));
        const bucketOf = (value: number): number => bounds.find((bound) => value <= bound) ?? 100;
        for (const value of observed) buckets.set(bucketOf(value), (buckets.get(bucketOf(value)) ?? 0) + 1);
        const sorted = [...observed].sort((left, right) => left - right);
        const exact = sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] as number;
        const estimate = percentile(buckets, quantile) as number;
        assert.equal(bucketOf(estimate), bucketOf(exact));
        assert.ok(estimate <= (percentile(buckets, 1) as number));
      }),
    );
  });
});

describe('buckets', () => {
  it('of several processes add up', () => {
    const merged = mergeBuckets([
      new Map([
        [1, 2],
        [2, 3],
      ]),
      new Map([[2, 1]]),
    ]);
    assert.deepEqual(
      [...merged],
      [
        [1, 2],
        [2, 4],
      ],
    );
  });
});
