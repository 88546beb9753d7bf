import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { counted, durationText, runtimeText } from '../../../src/page/render/counts.ts';

describe('numbers of the page', () => {
  it('are counted with their noun', () => {
    assert.deepEqual(
      [0, 1, 2, 17_472].map((count) => counted(count, 'film')),
      ['0 films', '1 film', '2 films', '17,472 films'],
    );
  });

  it('are times as short as they are precise', () => {
    assert.deepEqual([0.04, 1.26, 9.99, 42.4, 999.4, 1_249].map(durationText), [
      '0.0 ms',
      '1.3 ms',
      '10.0 ms',
      '42 ms',
      '999 ms',
      '1.2 s',
    ]);
  });

  it('are running times in hours and minutes', () => {
    assert.deepEqual([7, 60, 175].map(runtimeText), ['7 min', '1 h', '2 h 55 min']);
  });
});
