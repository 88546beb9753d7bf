import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { foldText, wordsOf } from '../../../../../src/workloads/films/verify/oracle/fold-text.ts';

const FOLDED: readonly (readonly [string, string])[] = [
  ['Le fabuleux destin d’Amélie Poulain', 'le fabuleux destin damelie poulain'],
  ['  WALL·E  ', 'wall e'],
  ["Ocean's Eleven", 'oceans eleven'],
  ['Straße / Ærø / Łódź', 'strasse aero lodz'],
  ['ＡＢＣ ②', 'abc 2'],
  ['İstanbul', 'istanbul'],
  ['ΟΔΟΣ', 'οδος'],
  ['Ёлки 1914', 'елки 1914'],
  ['$', '$'],
  ['?! \u0000 …', '?! ...'],
  ['\uD800', '\uFFFD'],
  [' \t\n', ''],
  ['', ''],
];

describe('the folding of the oracle', () => {
  for (const [text, folded] of FOLDED) {
    it(`makes ${JSON.stringify(folded)} of ${JSON.stringify(text)}`, () => {
      assert.equal(foldText(text), folded);
      assert.equal(foldText(folded), folded);
    });
  }

  it('splits words at spaces', () => {
    assert.deepEqual(wordsOf('one two'), ['one', 'two']);
    assert.deepEqual(wordsOf(''), []);
  });
});
