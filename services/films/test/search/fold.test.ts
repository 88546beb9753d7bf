import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fold, tokensOf } from '../../src/search/fold.ts';

describe('fold', () => {
  for (const [text, folded] of [
    ['The Godfather', 'the godfather'],
    ['Amélie', 'amelie'],
    ["Schindler's List", 'schindlers list'],
    ['Schindler’s  List ', 'schindlers list'],
    ['Straße', 'strasse'],
    ['Æon Flux', 'aeon flux'],
    ['Søren', 'soren'],
    ['Łódź', 'lodz'],
    ['8½', '81 2'],
    ['11:14', '11 14'],
    ['WALL·E', 'wall e'],
    ['Ｆｕｌｌ', 'full'],
    ['İstanbul', 'istanbul'],
    ['七人の侍', '七人の侍'],
    ['שלום', 'שלום'],
    ['$', '$'],
    ['$9.99', '9 99'],
    ['+1', '1'],
    ['%_', '%_'],
    [' \u0000 ', ''],
    ['', ''],
    ['👍 🎬', '👍 🎬'],
  ] as const) {
    it(`makes ${JSON.stringify(folded)} of ${JSON.stringify(text)}`, () => assert.equal(fold(text), folded));
  }

  it('takes any string, and changes nothing that is folded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const folded = fold(text);
        assert.ok(folded.isWellFormed());
        assert.ok(!folded.includes('\u0000'));
        assert.equal(fold(folded), folded);
        assert.equal(tokensOf(folded).join(' '), folded);
      }),
      { numRuns: 2_000 },
    );
  });
});
