import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  readDirectorQuestion,
  readDirectorsQuestion,
  readFilmsQuestion,
} from '../../../src/api/questions/questions.ts';
import { writeCursor } from '../../../src/search/cursor.ts';

const films = (query: string) => readFilmsQuestion(new URLSearchParams(query));

describe('a question', () => {
  it('is for all films without a text, and for none with a text of which nothing is left', () => {
    for (const query of ['', 'q=', 'q=%20']) assert.equal(films(query).kind, 'browse');
    assert.deepEqual([films('q=%00').kind, films('q=%00').folded], ['search', '']);
    assert.equal(films('mode=contains').kind, 'browse');
    assert.equal(readDirectorsQuestion(new URLSearchParams('q=')).folded, undefined);
    assert.equal(readDirectorsQuestion(new URLSearchParams('q=%00')).folded, '');
  });

  it('has one form, whatever the accents, the order of its parameters and its version', () => {
    const { canonical } = films('q=Am%C3%A9lie&year=2001&limit=20');
    assert.equal(films('year=2001&at=7&q=amelie').canonical, canonical);
    assert.notEqual(films('year=2002&q=amelie').canonical, canonical);
    assert.notEqual(films('q=').canonical, films('q=%00').canonical);
    assert.notEqual(films('q=a').canonical, films('q=a&mode=contains').canonical);
  });

  it('leads to its next page with a text that is not too long', () => {
    assert.equal(films('q=Am%C3%A9lie').path, '/films?q=amelie&limit=20');
    assert.equal(
      films('q=a&mode=contains&parallel=2&year=2001').path,
      '/films?q=a&year=2001&mode=contains&parallel=2&limit=20',
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'ﬃ', '\ufdfa', ' '), maxLength: 200 }), (q) => {
        fc.pre([...q].length <= 200);
        const { path, folded } = films(String(new URLSearchParams({ q })));
        assert.equal(films(path.slice('/films?'.length)).folded, folded);
      }),
    );
  });

  it('takes a cursor of any page of the same list, and of no other', () => {
    const { list } = films('q=the&limit=3');
    const cursor = writeCursor(list, { matchClass: 1, popularity: 2, id: 'Q1' });
    assert.equal(films(`q=THE&limit=50&at=2&cursor=${cursor}`).after?.id, 'Q1');
    for (const query of ['q=th', 'q=the&year=1999', 'q=the&mode=contains', ''])
      assert.throws(() => films(`${query}&cursor=${cursor}`), /cursor must be/);
    const none = new URLSearchParams({ cursor });
    assert.throws(() => readDirectorsQuestion(new URLSearchParams({ q: 'the', cursor })), /cursor must be/);
    assert.throws(() => readDirectorQuestion('d1', none), /cursor must be/);
  });

  it('names every field that is wrong', () => {
    assert.throws(
      () => films('year=1&limit=0&mode=x&at=x&genre=1'),
      (error: Error & { options?: { members?: { errors?: { field: string }[] } } }) => {
        const fields = error.options?.members?.errors?.map(({ field }) => field).sort();
        assert.deepEqual(fields, ['', 'at', 'limit', 'mode', 'year']);
        return true;
      },
    );
  });
});
