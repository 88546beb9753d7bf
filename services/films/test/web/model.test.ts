import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { neighbourOf } from '../../web/src/model/neighbour.ts';
import { isYear, parametersOf, queryFrom } from '../../web/src/model/parameters.ts';

/** Two directors of different widths, then films: three, three and one. */
const PLACES = [
  { left: 0, top: 0 },
  { left: 250, top: 1 },
  ...Array.from({ length: 7 }, (_, place) => ({
    left: (place % 3) * 220,
    top: 100 + Math.floor(place / 3) * 300,
  })),
];

describe('arrow keys', () => {
  for (const [from, key, to] of [
    [0, 'ArrowRight', 1],
    [1, 'ArrowRight', 2],
    [8, 'ArrowRight', 8],
    [0, 'ArrowLeft', 0],
    [2, 'ArrowLeft', 1],
    [1, 'ArrowDown', 3],
    [3, 'ArrowDown', 6],
    [7, 'ArrowDown', 8],
    [8, 'ArrowDown', 8],
    [8, 'ArrowUp', 5],
    [4, 'ArrowUp', 1],
    [1, 'ArrowUp', undefined],
    [3, 'Home', 3],
  ] as const)
    it(`lead with ${key} from ${from} to ${to ?? 'the field'}`, () => {
      assert.equal(neighbourOf(PLACES, from, key), to);
    });

  it('lead nowhere where there are no results', () => {
    assert.equal(neighbourOf([], 0, 'ArrowDown'), undefined);
  });
});

describe('what an address asks for', () => {
  it('has no empty and no unknown part', () => {
    assert.equal(String(parametersOf('?q=a+b&year=&utm=x&cursor=c&at=3')), 'q=a+b&cursor=c&at=3');
    assert.deepEqual(queryFrom(parametersOf('?q=a&cursor=c')), { q: 'a', year: '' });
  });

  it('has a year of four digits, or none', () => {
    assert.deepEqual(['', '1972', '197', '19721', '19 7', 'year'].map(isYear), [
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
