import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { directorId } from '../../src/data/director-id.ts';
import { readMovies, splitNames } from '../../src/derive/read-movies.ts';

/** A file with the columns that are read, and these rows. */
function movies(test: TestContext, rows: readonly (readonly (string | number | null)[])[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'caudal-movies-'));
  test.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'movies.db');
  const database = new DatabaseSync(file);
  database.exec(
    'create table omdb (ID, imdbID, Title, Year, Director, Genre, Runtime, Country); create table tomatoes (ID, Reviews)',
  );
  const film = database.prepare('insert into omdb values (?, ?, ?, ?, ?, ?, ?, ?)');
  const reviews = database.prepare('insert into tomatoes values (?, ?)');
  for (const [id = null, ...rest] of rows) {
    film.run(id, ...rest.slice(0, 7));
    if (rest[7] !== undefined) reviews.run(id, rest[7]);
  }
  database.close();
  return file;
}

describe('readMovies', () => {
  it('reads films by item, with what is missing as such', (test) => {
    const file = movies(test, [
      [20, 'tt2', 'Second', 1950, '', '', null, ''],
      [3, 'tt1', 'First', 1999, 'Zoë Ån, B. Sea', 'Drama, War', 90.6, 'France, Chad', 7],
    ]);
    assert.deepEqual(readMovies(file), [
      {
        id: 'Q3',
        imdbId: 'tt1',
        title: 'First',
        year: 1999,
        directors: [
          { id: directorId('Zoë Ån'), name: 'Zoë Ån' },
          { id: directorId('B. Sea'), name: 'B. Sea' },
        ],
        genres: ['Drama', 'War'],
        runtimeMinutes: 91,
        countries: ['France', 'Chad'],
        popularity: 7,
      },
      {
        id: 'Q20',
        imdbId: 'tt2',
        title: 'Second',
        year: 1950,
        directors: [],
        genres: [],
        runtimeMinutes: null,
        countries: [],
        popularity: 0,
      },
    ]);
  });

  it('refuses an item that is there twice', (test) => {
    const row = [3, 'tt1', 'First', 1999, '', '', null, ''] as const;
    assert.throws(() => readMovies(movies(test, [row, row])), /has Q3 twice/);
  });

  it('refuses what is no such file', () => {
    assert.throws(() => readMovies(import.meta.filename), /not a database/);
  });
});

describe('splitNames', () => {
  it('keeps a suffix with its name', () => {
    assert.deepEqual(splitNames('Robert Downey, Sr., Ida Lupino, Sammy Davis, Jr'), [
      'Robert Downey, Sr.',
      'Ida Lupino',
      'Sammy Davis, Jr',
    ]);
    assert.deepEqual(splitNames('Jr., Jrue'), ['Jr.', 'Jrue']);
    assert.deepEqual(splitNames(' , '), []);
  });
});
