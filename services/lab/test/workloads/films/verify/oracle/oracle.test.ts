import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { ROOT } from '../../../../../src/cli/paths.ts';
import {
  createOracle,
  digestOf,
  type Oracle,
  personIdOf,
} from '../../../../../src/workloads/films/verify/oracle/oracle.ts';
import {
  readFilmsFile,
  type TrueFilm,
} from '../../../../../src/workloads/films/verify/oracle/read-films-file.ts';
import { readQuestion } from '../../../../../src/workloads/films/verify/question.ts';

describe('the oracle', () => {
  let films: readonly TrueFilm[];
  let oracle: Oracle;
  before(async () => {
    films = await readFilmsFile(join(ROOT, 'services', 'films', 'data', 'films.csv.gz'));
    oracle = createOracle(films);
  });
  const ask = (path: string, page?: number) => oracle.answer(readQuestion(path), page);
  const titles = (path: string): readonly (string | undefined)[] =>
    ask(path).ids.map((id) => films.find((film) => film.id === id)?.title);

  it('knows the film that is meant, by its title, its beginning, its words and with a mistake', () => {
    for (const q of ['The Godfather', 'the godfath', 'godfather the', 'teh godfather', 'THE GODFATHER!'])
      assert.equal(titles(`/films?q=${encodeURIComponent(q)}`)[0], 'The Godfather', q);
    assert.equal(ask('/films?q=teh+godfather').corrected, 'the godfather');
    assert.equal(ask('/films?q=the+godfather').corrected, null);
  });

  it('knows that there is nothing, and that a single sign can be a title', () => {
    assert.deepEqual(ask('/films?q=xqzzkvw'), {
      status: 200,
      ids: [],
      digest: digestOf([null, []]),
      corrected: null,
      hasNext: false,
    });
    assert.deepEqual(titles('/films?q=%24'), ['$']);
  });

  it('knows all films without a question, the best known first, in pages that have each once', () => {
    const first = ask('/films?limit=100');
    const all = Array.from({ length: 175 }, (_, page) => ask('/films?limit=100', page).ids).flat();
    assert.deepEqual(first.ids, all.slice(0, 100));
    assert.equal(new Set(all).size, 17_472);
    assert.deepEqual([first.hasNext, ask('/films?limit=100', 174).hasNext], [true, false]);
    const most = Math.max(...films.map(({ popularity }) => popularity));
    assert.equal(films.find(({ id }) => id === first.ids[0])?.popularity, most);
    assert.deepEqual(ask('/films?q=%20').ids, ask('/films').ids);
  });

  it('applies a year, also before a mistake is looked for', () => {
    assert.deepEqual(titles('/films?q=the+godfather&year=1972'), ['The Godfather']);
    assert.deepEqual(ask('/films?q=the+godfather&year=1950').ids, []);
    const years = ask('/films?year=1972').ids.map((id) => films.find((film) => film.id === id)?.year);
    assert.deepEqual([...new Set(years)], [1972]);
  });

  it('finds a part of a title only where that is asked for', () => {
    assert.ok(titles('/films?q=odfathe&mode=contains').includes('The Godfather'));
    assert.ok(!titles('/films?q=odfathe').includes('The Godfather'));
  });

  it('knows directors with their films', () => {
    const [coppola = ''] = ask('/directors?q=francis+ford+coppola').ids;
    assert.equal(coppola, personIdOf('Francis Ford Coppola'));
    const theirs = ask(`/directors/${coppola}/films?limit=100`);
    assert.ok(theirs.ids.includes(films.find(({ title }) => title === 'The Godfather')?.id ?? ''));
    assert.equal(ask('/directors?q=francis+ford+copola').corrected, 'francis ford coppola');
    assert.equal(ask('/directors/d000000000000/films').status, 404);
  });

  it('knows a film by its id, and that another is not there', () => {
    const film = films.find(({ id }) => id === 'Q595');
    assert.equal(
      ask('/films/Q595').digest,
      digestOf([['Q595', film?.title, film?.year, ['Olivier Nakache', 'Éric Toledano']]]),
    );
    assert.equal(ask('/films/Q0').status, 404);
  });
});

describe('a question', () => {
  it('is the same search on all pages and in all versions', () => {
    const first = readQuestion('/films?q=the&limit=5');
    const next = readQuestion('/films?q=the&limit=5&cursor=abc&at=3');
    assert.equal(first.search, next.search);
    assert.deepEqual([first.cursor, first.at, next.cursor, next.at], [undefined, undefined, 'abc', 3]);
    assert.notEqual(first.search, readQuestion('/films?q=the').search);
    assert.notEqual(first.search, readQuestion('/directors?q=the&limit=5').search);
  });

  it('is refused where the API has no such path', () => {
    for (const path of ['/', '/films/1/2', '/directors/d1', '/directors/d1/films/2', '/film/1'])
      assert.throws(() => readQuestion(path), /the API has no/);
  });
});
