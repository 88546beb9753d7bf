import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Case, judgeFilms } from '../../../../src/workloads/films/verify/judge-films.ts';
import type { FilmLine } from '../../../../src/workloads/films/verify/ledger.ts';
import { filmsCase, rightLine } from '../../../support/films-case.ts';

const PREFIX = 0;
const MISTAKE = 2;
const SECOND_PAGE = 5;
const DIRECTORS = 9;

/** Findings of a load in which one line is another. */
function findingsWith(place: number, change: (line: FilmLine) => Partial<FilmLine>, of: Partial<Case> = {}) {
  const right = filmsCase();
  const line = right.ledger.lines[place];
  assert.ok(line);
  const lines = right.ledger.lines.with(place, { ...line, ...change(line) });
  return judgeFilms({ ...right, ledger: { lines, wrongAnswers: [] }, ...of }).findings.map(
    ({ kind, subject, count }) => `${kind} ${subject} ${count}`,
  );
}

describe('the account of films', () => {
  it('is right when every answer is as the file has it', () => {
    const { findings, ...counts } = judgeFilms(filmsCase());
    assert.deepEqual(findings, []);
    assert.deepEqual(counts, {
      asked: 11,
      answered: 11,
      right: 11,
      failed: 0,
      savedByRetry: 0,
      byKind: { director: 1, directors: 1, film: 1, mistake: 1, nonsense: 1, page: 4, prefix: 2 },
      distinct: 10,
      laterPages: 3,
      versions: [3],
    });
  });

  const found: readonly (readonly [
    string,
    number,
    (line: FilmLine) => Partial<FilmLine>,
    readonly string[],
  ])[] = [
    [
      'a film that is missing',
      PREFIX,
      ({ ids }) => ({ ids: ids.slice(1), digest: '0'.repeat(16) }),
      ['lost films 1'],
    ],
    [
      'a film twice in an answer',
      PREFIX,
      ({ ids }) => ({ ids: [ids[0] ?? '', ...ids], digest: '0'.repeat(16) }),
      ['doubled films 1'],
    ],
    [
      'a film too many',
      PREFIX,
      ({ ids }) => ({ ids: [...ids, 'Q99'], digest: '0'.repeat(16) }),
      ['wrong films 1'],
    ],
    [
      'another order',
      PREFIX,
      ({ ids }) => ({ ids: ids.toReversed(), digest: '0'.repeat(16) }),
      ['out-of-order films 1'],
    ],
    ['another title or director', PREFIX, () => ({ digest: '0'.repeat(16) }), ['wrong films 1']],
    ['a person with other films', DIRECTORS, () => ({ digest: '0'.repeat(16) }), ['wrong directors 1']],
    [
      'nothing where a mistake can be put right',
      MISTAKE,
      () => ({ ids: [], digest: '0'.repeat(16) }),
      ['lost films 1'],
    ],
    ['no answer', PREFIX, () => ({ status: 0, ids: [], digest: '-', attempts: 2 }), ['lost requests 1']],
    [
      'an answer that there is none',
      PREFIX,
      () => ({ status: 503, ids: [], digest: '-' }),
      ['lost requests 1'],
    ],
    [
      'a request that was not read',
      PREFIX,
      () => ({ status: 408, ids: [], digest: '-' }),
      ['lost requests 1'],
    ],
    ['too many requests', PREFIX, () => ({ status: 429, ids: [], digest: '-' }), ['lost requests 1']],
    ['a refusal', PREFIX, () => ({ status: 400, ids: [], digest: '-' }), ['wrong films 1']],
    ['that there is no such thing', PREFIX, () => ({ status: 404, ids: [], digest: '-' }), ['lost films 1']],
    ['an old version', PREFIX, () => ({ version: 2 }), ['stale versions 1']],
    ['a version to come', PREFIX, () => ({ version: 4 }), ['wrong versions 1']],
    ['a page of another version', SECOND_PAGE, () => ({ version: 2 }), ['stale versions 1']],
    [
      'a page that is gone, of a version that is kept',
      SECOND_PAGE,
      () => ({ status: 410 }),
      ['wrong films 1'],
    ],
  ];
  for (const [what, place, change, findings] of found) {
    it(`finds ${what}`, () => {
      assert.deepEqual(findingsWith(place, change), findings);
    });
  }

  it('takes a page for gone when its version is', () => {
    const versions = { before: 3, after: 5, kept: [4, 5] };
    assert.deepEqual(
      findingsWith(SECOND_PAGE, () => ({ status: 410 }), { versions }),
      [],
    );
  });

  it('takes any version between those at the begin and at the end', () => {
    const versions = { before: 2, after: 4, kept: [3, 4] };
    assert.deepEqual(
      findingsWith(PREFIX, () => ({ version: 4 }), { versions }),
      [],
    );
  });

  it('finds the first page in the place of the second, and what is on both', () => {
    const first = rightLine('/films?q=rio&limit=7');
    const { ids, digest } = first;
    assert.deepEqual(findingsWith(SECOND_PAGE, () => ({ ids, digest })).sort(), [
      'doubled pages 1',
      'lost films 1',
    ]);
  });

  it('finds two pages in the place of each other', () => {
    const right = filmsCase();
    const [second, third] = [right.ledger.lines[SECOND_PAGE], right.ledger.lines[SECOND_PAGE + 1]];
    assert.ok(second && third);
    const lines = right.ledger.lines
      .with(SECOND_PAGE, { ...third, path: second.path })
      .with(SECOND_PAGE + 1, { ...second, path: third.path })
      .toSpliced(SECOND_PAGE + 2, 1);
    const { findings } = judgeFilms({ ...right, ledger: { lines, wrongAnswers: [] }, counted: lines.length });
    assert.deepEqual(
      findings.map(({ kind, subject, count }) => `${kind} ${subject} ${count}`),
      ['lost films 2'],
    );
  });

  it('finds that no search could be followed', () => {
    const right = filmsCase();
    const firstOnly = right.ledger.lines.filter(({ path }) => !path.includes('cursor'));
    const { findings } = judgeFilms({
      ...right,
      ledger: { lines: firstOnly, wrongAnswers: [] },
      counted: firstOnly.length,
    });
    assert.deepEqual(
      findings.map(({ kind, subject }) => `${kind} ${subject}`),
      ['skipped pages'],
    );
  });

  it('finds that the ledger has fewer questions than were asked', () => {
    const right = filmsCase();
    const { findings } = judgeFilms({ ...right, counted: right.counted + 1 });
    assert.deepEqual(
      findings.map(({ kind, subject, examples }) => [kind, subject, examples]),
      [['lost', 'requests', ['11, not 12']]],
    );
  });

  it('finds what the load saw to be wrong, unless it is found already', () => {
    const right = filmsCase();
    const wrongAnswers = [{ path: right.ledger.lines[PREFIX]?.path ?? '', what: 'has next page /' }];
    const { findings } = judgeFilms({ ...right, ledger: { ...right.ledger, wrongAnswers } });
    assert.deepEqual(
      findings.map(({ kind, subject, examples }) => [kind, subject, examples]),
      [['wrong', 'pages', ['/films?q=the%20r: has next page /']]],
    );
    const lines = right.ledger.lines.map((line) => ({ ...line, digest: '0'.repeat(16) }));
    assert.ok(
      judgeFilms({ ...right, ledger: { lines, wrongAnswers } }).findings.every(
        ({ subject }) => subject !== 'pages',
      ),
    );
  });

  it('counts what a second attempt saved', () => {
    const right = filmsCase();
    const lines = right.ledger.lines.map((line, place) => (place < 2 ? { ...line, attempts: 2 } : line));
    assert.equal(judgeFilms({ ...right, ledger: { lines, wrongAnswers: [] } }).savedByRetry, 2);
  });

  it('says what was asked, what was expected and what came', () => {
    const right = filmsCase();
    const line = right.ledger.lines[2];
    assert.ok(line);
    const lines = right.ledger.lines.with(2, { ...line, ids: [], digest: '0'.repeat(16) });
    const [finding] = judgeFilms({ ...right, ledger: { lines, wrongAnswers: [] } }).findings;
    assert.deepEqual(finding?.examples, [
      '/films?q=rio%20gradne: expected Q1 Q2 Q3 Q4 Q5 Q6 and 3 more, got nothing',
    ]);
  });
});
