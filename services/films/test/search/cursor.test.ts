import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Place, readCursor, writeCursor } from '../../src/search/cursor.ts';
import { fold } from '../../src/search/fold.ts';

const place = fc
  .record<Place>({
    matchClass: fc.constantFrom(0, 1, 2),
    popularity: fc.nat(),
    id: fc.stringMatching(/^\w{1,64}$/),
    corrected: fc.option(
      fc
        .string({ unit: 'grapheme' })
        .map(fold)
        .filter((text) => text !== ''),
      { nil: undefined },
    ),
  })
  .map((written) => ({ ...written }));

const forged = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const mark = (query: string): string => {
  const [first] = JSON.parse(
    Buffer.from(writeCursor(query, { matchClass: 0, popularity: 0, id: 'Q1' }), 'base64url').toString(),
  ) as [string];
  return first;
};

describe('a cursor', () => {
  it('is read as it was written, for the same query only', () => {
    fc.assert(
      fc.property(place, fc.string(), fc.string(), (written, query, other) => {
        const cursor = writeCursor(query, written);
        assert.match(cursor, /^[\w-]+$/);
        assert.deepEqual(readCursor(query, cursor), written);
        if (other !== query) assert.equal(readCursor(other, cursor), undefined);
      }),
    );
  });

  it('is a text that was made here, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json().map(forged)), (text) =>
        assert.equal(readCursor('q', text), undefined),
      ),
    );
  });

  for (const [what, parts] of [
    ['a class that is none', [3, 1, 'Q1']],
    ['a negative popularity', [0, -1, 'Q1']],
    ['a popularity beyond all', [0, 2_147_483_648, 'Q1']],
    ['an id with NUL', [0, 1, 'Q\0']],
    ['an empty id', [0, 1, '']],
    ['a long id', [0, 1, 'Q'.repeat(65)]],
    ['a correction that is not folded', [2, 1, 'Q1', 'The']],
    ['an empty correction', [2, 1, 'Q1', '']],
    ['more than it has', [2, 1, 'Q1', 'the', 1]],
  ] as const) {
    it(`is refused with ${what}`, () =>
      assert.equal(readCursor('q', forged([mark('q'), ...parts])), undefined));
  }

  it('is refused if it is very long', () => {
    const corrected = 'a'.repeat(7_000);
    const cursor = writeCursor('q', { matchClass: 2, popularity: 1, id: 'Q1', corrected });
    assert.equal(readCursor('q', cursor), undefined);
  });
});
