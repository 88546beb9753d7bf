import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { metricValue } from './metric-value.ts';

const TEXT = '# TYPE a counter\na{x="1",y="1"} 2\na{x="1",y="2"} 3\na_count 7\n';

describe('metricValue', () => {
  it('sums the series with the name and at least the labels', () => {
    for (const [series, value] of [
      ['a', 5],
      ['a{x="1"}', 5],
      ['a{y="2",x="1"}', 3],
      ['a_count', 7],
      ['a{x="2"}', undefined],
      ['b', undefined],
    ] as const)
      assert.equal(metricValue(TEXT, series), value, series);
  });

  it('refuses what names no series', () => {
    assert.throws(() => metricValue(TEXT, '{x="1"}'), /is not the name of a series/);
  });
});
