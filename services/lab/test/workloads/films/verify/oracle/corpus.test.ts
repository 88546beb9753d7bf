import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createCorpus } from '../../../../../src/workloads/films/verify/oracle/corpus.ts';

/** The same by looking at each text, without an index; texts are folded already. */
function lookAtEach(texts: readonly string[], query: string): readonly number[] {
  const asked = query.split(' ');
  const last = asked.at(-1) ?? '';
  const classOf = (text: string): number => {
    if (text === query) return 0;
    if (text.startsWith(query)) return 1;
    const words = text.split(' ');
    const hasAll =
      asked.slice(0, -1).every((word) => words.includes(word)) && words.some((word) => word.startsWith(last));
    return hasAll ? 2 : 3;
  };
  const places = [...texts.keys()].filter((place) => classOf(texts[place] ?? '') < 3);
  return places.sort((a, b) => classOf(texts[a] ?? '') - classOf(texts[b] ?? '') || a - b);
}

describe('a search of the oracle', () => {
  const corpus = createCorpus([
    'The Godfather',
    'God',
    'The Good, the Bad and the Ugly',
    'Amélie',
    'Goodfellas',
    'Father of the Bride',
    'The Godfather',
  ]);
  const found: readonly (readonly [string, readonly number[]])[] = [
    ['the godfather', [0, 6]],
    ['god', [1, 0, 6]],
    ['go', [1, 4, 0, 2, 6]],
    ['godfather the', [0, 6]],
    ['the fa', [5]],
    ['bad good', [2]],
    ['amelie', [3]],
    ['godfathers', []],
  ];
  for (const [query, places] of found) {
    it(`finds ${places.join(', ') || 'nothing'} for ${query}`, () => {
      assert.deepEqual(corpus.match(query), places);
    });
  }

  it('finds what looking at each text finds', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 3 });
    const text = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), text, (texts, query) => {
        assert.deepEqual(createCorpus(texts).match(query), lookAtEach(texts, query));
        assert.deepEqual(
          createCorpus(texts).containing(query),
          [...texts.keys()].filter((place) => texts[place]?.includes(query)),
        );
      }),
      { numRuns: 2_000, seed: 1 },
    );
  });
});

describe('a correction of the oracle', () => {
  const corpus = createCorpus([
    'card race',
    'cart race',
    'cart',
    'bat of it',
    'cat of it',
    'zebra',
    '\uFA0Eab',
    '𐀀ab',
  ]);
  const corrected: readonly (readonly [string, string | undefined, string])[] = [
    ['carx', 'cart', 'the one that most texts have'],
    ['carx rcae', 'cart race', 'each word'],
    ['dat', 'bat', 'of equal ones the first'],
    ['zebr', undefined, 'nothing that begins a word, at the end'],
    ['zebr race', 'zebra race', 'what begins a word, before the end'],
    ['ix', undefined, 'no word of two letters'],
    ['card xyzzy', undefined, 'nothing where one word is beyond'],
    ['card', undefined, 'nothing that is known'],
    ['xab', '\uFA0Eab', 'of equal ones the first by its bytes'],
  ];
  for (const [query, expected, why] of corrected) {
    it(`makes ${expected ?? 'nothing'} of ${query}: ${why}`, () => {
      assert.equal(corpus.correct(query), expected);
    });
  }
});
