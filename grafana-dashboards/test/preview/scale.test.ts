import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clock, type Roundness, ticks, timeTicks } from '../../src/preview/scale.ts';

test('ticks are round and cover the values', () => {
  assert.deepEqual(ticks(0, 277, 4), [0, 100, 200, 300]);
  assert.deepEqual(
    ticks(0, 200 * 2 ** 20, 4, 'binary'),
    [0, 64, 128, 192, 256].map((mebi) => mebi * 2 ** 20),
  );
  assert.deepEqual(ticks(0, 1_500, 4, 'time'), [0, 600, 1_200, 1_800]);
  assert.deepEqual(ticks(-14, 0, 3), [-15, -10, -5, 0]);
});

test('a line of zeros has an axis from 0 to 1', () => {
  assert.deepEqual(ticks(0, 0, 4), [0, 0.5, 1]);
});

test('any values lie within their ticks', () => {
  const amount = fc.double({ min: 1e-6, max: 1e12, noNaN: true });
  const roundness = fc.constantFrom<Roundness>('decimal', 'binary');
  fc.assert(
    fc.property(amount, amount, roundness, (below, above, kind) => {
      const scale = ticks(-below, above, 4, kind);
      const [first = 0, second = 0, last = 0] = [scale[0], scale[1], scale.at(-1)];
      const hair = (second - first) * 1e-6;
      assert.ok(first <= -below + hair && last >= above - hair, String(scale));
      assert.ok(scale.length >= 2 && scale.length <= 12, String(scale));
    }),
  );
});

test('times are at full minutes and within the range', () => {
  assert.deepEqual(timeTicks(1_000, 1_900, 4), [1_200, 1_500, 1_800]);
  assert.equal(clock(1_200), '00:20');
  assert.equal(clock(1_215), '00:20:15');
});
