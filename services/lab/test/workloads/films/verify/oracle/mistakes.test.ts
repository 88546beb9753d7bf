import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isOneApart, pointsOf } from '../../../../../src/workloads/films/verify/oracle/mistakes.ts';

const apart = (left: string, right: string): boolean => isOneApart(pointsOf(left), pointsOf(right));

/** Everything that one mistake can make of a word whose letters are a, b or c. */
function mistakesIn(word: string): ReadonlySet<string> {
  const letters = [...word];
  const made = letters.flatMap((letter, at) => [
    letters.toSpliced(at, 1),
    ...['a', 'b', 'c', '💥'].flatMap((other) => [
      letters.with(at, other),
      letters.toSpliced(at, 0, other),
      letters.toSpliced(at + 1, 0, other),
    ]),
    letters.toSpliced(at, 2, ...letters.slice(at + 1, at + 2), letter),
  ]);
  return new Set(made.map((changed) => changed.join('')).filter((changed) => changed !== word));
}

describe('one mistake', () => {
  const pairs: readonly (readonly [string, string, boolean])[] = [
    ['godfather', 'godfahter', true],
    ['godfather', 'godfathr', true],
    ['godfather', 'goddfather', true],
    ['godfather', 'godfatxer', true],
    ['godfather', 'godfather', false],
    ['godfather', 'ogdfahter', false],
    ['godfather', 'godfathe', true],
    ['abcd', 'badc', false],
    ['abc', 'cab', false],
    ['ca', 'abc', false],
    ['💥a', 'a💥', true],
  ];
  for (const [left, right, expected] of pairs) {
    it(`${expected ? 'is' : 'is not'} between ${left} and ${right}`, () => {
      assert.equal(apart(left, right), expected);
      assert.equal(apart(right, left), expected);
    });
  }

  it('is whatever a letter missing, too many, another or swapped makes, and nothing else', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '💥'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(word, word, (left, right) => {
        assert.equal(apart(left, right), mistakesIn(left).has(right));
      }),
      { numRuns: 3_000, seed: 1 },
    );
  });
});
