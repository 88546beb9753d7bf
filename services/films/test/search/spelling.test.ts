import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isOneMistake, spellingsOf } from '../../src/search/spelling.ts';

/** Every text that differs from a word by one mistake, with the letters a to c. */
function mistakesOf(word: string): ReadonlySet<string> {
  const letters = [...word];
  const all = letters.flatMap((letter, place) => [
    letters.toSpliced(place, 1),
    letters.toSpliced(place, 2, letters[place + 1] ?? '', letter),
  ]);
  for (const letter of 'abc')
    for (let place = 0; place <= letters.length; place += 1)
      all.push(letters.toSpliced(place, 0, letter), letters.toSpliced(place, 1, letter));
  const texts = new Set(all.map((each) => each.join('')));
  texts.delete(word);
  return texts;
}

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });

describe('isOneMistake', () => {
  for (const [left, right] of [
    ['rnigs', 'rings'],
    ['godfahter', 'godfather'],
    ['shinning', 'shining'],
    ['psyco', 'psycho'],
    ['jaqs', 'jaws'],
    ['ab', 'ba'],
    ['😀b', 'b😀'],
  ] as const) {
    it(`sees ${left} and ${right}`, () => {
      assert.ok(isOneMistake(left, right));
      assert.ok(isOneMistake(right, left));
    });
  }

  for (const [left, right] of [
    ['jaws', 'jaws'],
    ['jaws', 'jowz'],
    ['abcd', 'badc'],
    ['abc', 'cab'],
    ['ab', 'abcd'],
  ] as const) {
    it(`does not see ${left} and ${right}`, () => assert.ok(!isOneMistake(left, right)));
  }

  it('is every mistake of a word, and no other text', () => {
    fc.assert(
      fc.property(word, word, (left, right) =>
        assert.equal(isOneMistake(left, right), mistakesOf(left).has(right)),
      ),
      { numRuns: 20_000 },
    );
  });
});

describe('spellingsOf', () => {
  it('is the word, and the word without each of its letters', () => {
    assert.deepEqual(spellingsOf('jaws'), ['jaws', 'aws', 'jws', 'jas', 'jaw']);
    assert.deepEqual(spellingsOf('oops'), ['oops', 'ops', 'oos', 'oop']);
  });

  it('meets those of each mistake', () => {
    fc.assert(
      fc.property(word, (text) => {
        const spellings = new Set(spellingsOf(text));
        for (const mistake of mistakesOf(text))
          assert.ok(
            spellingsOf(mistake).some((spelling) => spellings.has(spelling)),
            `${text} ${mistake}`,
          );
      }),
      { numRuns: 300 },
    );
  });
});
