import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { markTitle } from '../../../src/page/render/mark-title.ts';
import { fold } from '../../../src/search/fold.ts';

const marked = (title: string, query: string): string => String(markTitle(title, query));

describe('the marks of a title', () => {
  for (const [title, query, expected] of [
    ['The Godfather', 'the god', '<mark>The God</mark>father'],
    ['The Godfather', 'godf', 'The <mark>Godf</mark>ather'],
    ['The Godfather', 'godfather the', '<mark>The</mark> <mark>Godfather</mark>'],
    ['Amélie', 'AMELIE', '<mark>Amélie</mark>'],
    ['Ame\u0301lie of Montmartre', 'ame', '<mark>Ame\u0301</mark>lie of Montmartre'],
    ['Ocean’s Eleven', "ocean's", '<mark>Ocean’s</mark> Eleven'],
    ['Ocean’s Eleven', 'oceans el', '<mark>Ocean’s El</mark>even'],
    ['Spider-Man', 'spider man', '<mark>Spider-Man</mark>'],
    ['…And Justice', 'and', '…<mark>And</mark> Justice'],
    ['Æon Flux', 'aeon', '<mark>Æon</mark> Flux'],
    ['Die Straße', 'strasse', 'Die <mark>Straße</mark>'],
    ['<b> & Co', 'b', '&#60;<mark>b</mark>&#62; &#38; Co'],
    // Of a word that is not the last one, only a whole word is found.
    ['Star Wars', 'war star', '<mark>Star</mark> Wars'],
    ['The Godfather', '', 'The Godfather'],
    ['The Godfather', '!?', 'The Godfather'],
    ['$', '$', '$'],
  ] as const)
    it(`shows "${query}" in "${title}"`, () => {
      assert.equal(marked(title, query), expected);
    });

  it('change no letter of any title, whatever is sought', () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('É', 'ß', 'ﬁ', '’', ' ', 'a', '-', '한', 'İ'),
    );
    const text = fc.array(word).map((words) => words.join(''));
    fc.assert(
      fc.property(text, text, (title, query) => {
        const plain = marked(title, query).replaceAll(/<\/?mark>/g, '');
        assert.equal(plain, marked(title, ''));
      }),
    );
  });

  it('cover a title that is sought by its own letters', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9 '-]{0,20}[A-Za-z0-9])?$/), (title) => {
        fc.pre(fold(title) !== '');
        assert.match(marked(title, title), /^<mark>[^<]+<\/mark>$/);
      }),
    );
  });
});
