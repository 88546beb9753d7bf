import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseMetrics } from '../../src/metrics/index.ts';

describe('parseMetrics', () => {
  it('reads names, labels and values', () => {
    assert.deepEqual(
      parseMetrics('# HELP a b\na 1\nb{x="1",y="q\\"uo\\\\te"} 2.5 1700\n\nc_bucket{le="+Inf"} 3'),
      [
        { name: 'a', labels: {}, value: 1 },
        { name: 'b', labels: { x: '1', y: 'q"uo\\te' }, value: 2.5 },
        { name: 'c_bucket', labels: { le: '+Inf' }, value: 3 },
      ],
    );
  });
});
