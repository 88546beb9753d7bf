import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeAnswer, judgeNextPage, type Reading } from '../../lib/films/answer.ts';
import type { QueryKind } from '../../lib/films/query.ts';

const person = { id: 'd1', name: 'Zoë', films: 2 };
const film = (id: string, changes: object = {}): object => ({
  id,
  imdbId: 'tt1',
  title: `Film ${id}`,
  year: 1999,
  directors: [
    { id: 'd1', name: 'Zoë' },
    { id: 'd2', name: 'Ana' },
  ],
  genres: [],
  runtimeMinutes: null,
  countries: [],
  popularity: 3,
  ...changes,
});
const said = (id: string): unknown[] => [id, `Film ${id}`, 1999, ['Zoë', 'Ana']];
const page = (changes: object = {}): object => ({
  version: 3,
  corrected: null,
  films: [film('Q1'), film('Q2')],
  next: null,
  ...changes,
});

function judge(kind: QueryKind, path: string, body: unknown): ReturnType<typeof judgeAnswer> {
  return judgeAnswer({ kind, path }, JSON.stringify(body));
}

describe('an answer about films', () => {
  it('is read as the ledger has it', () => {
    const next = '/films?q=a&limit=2&cursor=abc&at=3';
    assert.deepEqual(judge('words', '/films?q=a&limit=2', page({ corrected: 'b', next })), {
      reading: { version: 3, next, corrected: 'b', ids: ['Q1', 'Q2'], said: ['b', [said('Q1'), said('Q2')]] },
    });
    assert.deepEqual(judge('film', '/films/Q1', { version: 3, film: film('Q1') }).reading?.said, [
      said('Q1'),
    ]);
    assert.deepEqual(
      judge('directors', '/directors?q=z', { version: 3, corrected: null, directors: [person], next: null })
        .reading?.said,
      [null, [['d1', 'Zoë', 2]]],
    );
    assert.deepEqual(
      judge('director', '/directors/d1/films', {
        version: 3,
        director: person,
        films: [film('Q1')],
        next: null,
      }).reading,
      {
        version: 3,
        next: undefined,
        corrected: null,
        ids: ['Q1'],
        said: [['d1', 'Zoë', 2], [said('Q1')]],
      },
    );
  });

  it('may have films without a year or a director, or no film', () => {
    const bare = judge('exact', '/films?q=a', page({ films: [film('Q1', { year: null, directors: [] })] }));
    assert.deepEqual(bare.reading?.said, [null, [['Q1', 'Film Q1', null, []]]]);
    assert.deepEqual(judge('nonsense', '/films?q=a', page({ films: [] })).reading?.ids, []);
  });

  it('is wrong without what every answer has', () => {
    for (const [problem, body] of [
      [/^has version undefined$/, page({ version: undefined })],
      [/^has version 0$/, page({ version: 0 })],
      [/^has version 3$/, page({ version: '3' })],
      [/^has no corrected query$/, page({ corrected: undefined })],
      [/^has no films$/, page({ films: undefined })],
      [/^has no films$/, page({ films: [null] })],
      [/^has id undefined$/, page({ films: [film('Q1', { id: undefined })] })],
      [/^has id Q1,Q2$/, page({ films: [film('Q1,Q2')] })],
      [/^has no title$/, page({ films: [film('Q1', { title: null })] })],
      [/^has year 1999.5$/, page({ films: [film('Q1', { year: 1999.5 })] })],
      [/^has no directors$/, page({ films: [film('Q1', { directors: null })] })],
      [/^has no name$/, page({ films: [film('Q1', { directors: [{ id: 'd1' }] })] })],
      [/^has no object$/, []],
      [/^has no object$/, null],
    ] as const) {
      assert.match(judge('words', '/films?q=a', body).problem ?? 'nothing', problem);
    }
    assert.equal(judgeAnswer({ kind: 'words', path: '/films' }, '{"version":').problem, 'is no JSON');
    assert.equal(judgeAnswer({ kind: 'words', path: '/films' }, '').problem, 'is no JSON');
  });

  it('is wrong about something else', () => {
    assert.equal(judge('film', '/films/Q1', { version: 3, film: film('Q2') }).problem, 'is about Q2');
    const other = { version: 3, director: { ...person, id: 'd2' }, films: [], next: null };
    assert.equal(judge('director', '/directors/d1/films', other).problem, 'is about d2');
    const without = { version: 3, director: { ...person, films: undefined }, films: [], next: null };
    assert.equal(judge('director', '/directors/d1/films', without).problem, 'has number of films undefined');
  });

  it('is wrong with too many results, or one twice', () => {
    assert.equal(judge('words', '/films?q=a&limit=1', page()).problem, 'has 2 results, not 1');
    const many = Array.from({ length: 21 }, (_, place) => film(`Q${place}`));
    assert.equal(
      judge('words', '/films?q=limit%3D50', page({ films: many })).problem,
      'has 21 results, not 20',
    );
    assert.equal(
      judge('words', '/films?q=a', page({ films: [film('Q1'), film('Q1')] })).problem,
      'has a result twice',
    );
  });

  it('is wrong with a next page of another search, of another version, or of none', () => {
    for (const next of [
      '/directors?q=a&cursor=x&at=3',
      'http://elsewhere/films?q=a&cursor=x&at=3',
      '/films?q=a&at=3',
      '/films?q=a&cursor=&at=3',
      '/films?q=a&cursor=x',
      '/films?q=a&cursor=x&at=4',
      '/films?q=a&cursor=x&at=33',
    ]) {
      assert.equal(judge('page', '/films?q=a', page({ next })).problem, `has next page ${next}`);
    }
    assert.equal(judge('page', '/films?q=a', page({ next: undefined })).problem, 'has no next page');
    const afterNothing = page({ films: [], next: '/films?cursor=x&at=3' });
    assert.equal(judge('page', '/films?q=a', afterNothing).problem, 'has a next page after nothing');
  });
});

describe('pages after the first', () => {
  const first: Reading = { version: 3, next: undefined, corrected: 'a', ids: ['Q1'], said: [] };
  const seen = new Set(['Q1']);

  it('are of the same version and search, and have other films', () => {
    assert.equal(judgeNextPage(first, seen, { ...first, ids: ['Q2'] }), undefined);
    assert.equal(judgeNextPage(first, seen, { ...first, ids: ['Q2', 'Q1'] }), 'repeats Q1');
    assert.equal(judgeNextPage(first, seen, { ...first, ids: [], version: 4 }), 'is of version 4, after 3');
    assert.equal(judgeNextPage(first, seen, { ...first, ids: [], corrected: null }), 'is of null, after a');
  });
});
