import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../../../../../src/cli/paths.ts';
import {
  parseFilms,
  readFilmsFile,
} from '../../../../../src/workloads/films/verify/oracle/read-films-file.ts';

const HEADER = 'id,imdb,title,year,directors,genres,runtime,countries,popularity';

describe('the file of films', () => {
  it('is read with quotes, line ends in a title, several directors and none', () => {
    const csv = `${HEADER}\nQ1,tt1,"One, ""two""\nthree",1999,Ann|Bo,Drama,90,France,5\r\nQ2,,Four,,,,,,0\n`;
    assert.deepEqual(parseFilms(csv), [
      {
        id: 'Q1',
        imdbId: 'tt1',
        title: 'One, "two"\nthree',
        year: 1999,
        directors: ['Ann', 'Bo'],
        popularity: 5,
      },
      { id: 'Q2', imdbId: '', title: 'Four', year: null, directors: [], popularity: 0 },
    ]);
  });

  it('is refused with the film that lacks a value or has a wrong one', () => {
    assert.throws(() => parseFilms(`${HEADER}\nQ1,tt1,One,1999\n`), /film 1 of the file has no directors/);
    assert.throws(
      () => parseFilms(`${HEADER}\nQ1,tt1,One,MM,,,,,1\n`),
      /film 1 of the file has a wrong year: MM/,
    );
  });

  it('is the committed one, compressed', async () => {
    const films = await readFilmsFile(join(ROOT, 'services', 'films', 'data', 'films.csv.gz'));
    assert.equal(films.length, 17_472);
    assert.deepEqual(films.find(({ id }) => id === 'Q595')?.directors, ['Olivier Nakache', 'Éric Toledano']);
    assert.equal(films.filter(({ directors }) => directors.length === 0).length, 66);
  });
});
