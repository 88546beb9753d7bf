import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { directorId } from '../../src/data/director-id.ts';
import type { Film } from '../../src/data/film.ts';
import { committedFilms } from '../../src/data/film-sources.ts';
import { FilmsFileError } from '../../src/data/import-error.ts';
import { readFilmsCsv } from '../../src/data/read-films-csv.ts';
import { formatFilms } from '../../src/data/write-csv.ts';
import { filmOf } from '../support/some-films.ts';

const HEADER = 'id,imdb,title,year,directors,genres,runtime,countries,popularity';

async function filmsOf(films: AsyncIterable<Film> | Iterable<Film>): Promise<readonly Film[]> {
  const list: Film[] = [];
  for await (const film of films) list.push(film);
  return list;
}

describe('readFilmsCsv', () => {
  let directory: string;
  let files = 0;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-films-'));
  });
  after(() => rm(directory, { recursive: true }));

  async function read(content: string | Buffer, badLines: 'refuse' | 'skip' = 'refuse', extension = 'csv') {
    const file = join(directory, `${++files}.${extension}`);
    await writeFile(file, content);
    const skipped: string[] = [];
    const films = await filmsOf(readFilmsCsv(file, { badLines, onSkipped: (list) => skipped.push(list) }));
    return { films, skipped: skipped.map((list) => list.replace(`${file}: `, '')) };
  }

  /** The message of the refusal, without the path. */
  async function refusalOf(...args: Parameters<typeof read>): Promise<string> {
    const error = await read(...args).then(
      () => assert.fail('not refused'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof FilmsFileError, String(error));
    const [, message = ''] = /^\S*\/\d+\.csv(?:\.gz)?: (.*)$/s.exec(error.message) ?? [];
    return message;
  }

  it('reads back every committed film as it was written, compressed or not', async () => {
    const films = await filmsOf(committedFilms().films());
    assert.equal(films.length, 17_472);
    const csv = formatFilms(films);
    assert.deepEqual((await read(csv)).films, films);
    assert.deepEqual((await read(gzipSync(csv), 'refuse', 'csv.gz')).films, films);
  });

  it('reads columns in any order with others between them, a byte order mark, CRLF, quotes and empty lines', async () => {
    const { films } = await read(
      '\ufeffpopularity,x,Countries,runtime,genres,directors,year,title,imdb,id\r\n' +
        '7,,France|Chad,90,Drama, Zoë Ån | B |,1999,"A ""b"",\r\n c",tt1,Q1\r\n\r\n' +
        ',,,,,,,Plain,,Q2\r\n',
    );
    assert.deepEqual(films, [
      filmOf('Q1', {
        imdbId: 'tt1',
        title: 'A "b", c',
        by: ['Zoë Ån', 'B'],
        genres: ['Drama'],
        runtimeMinutes: 90,
        countries: ['France', 'Chad'],
        popularity: 7,
      }),
      filmOf('Q2', { title: 'Plain', year: null }),
    ]);
  });

  it('takes a director who is named twice as one, in the first place', async () => {
    const { films } = await read(`${HEADER}\nQ1,,A,,B|C|B|,,,,\n`);
    assert.deepEqual(
      films[0]?.directors,
      ['B', 'C'].map((name) => ({ id: directorId(name), name })),
    );
  });

  it('lists every bad line with its number and reason, and refuses the file', async () => {
    const line = (values: Readonly<Record<string, string>>): string =>
      HEADER.split(',')
        .map((column) => values[column] ?? (column === 'id' ? 'Q2' : column === 'title' ? 'A' : ''))
        .join(',');
    const bad = [
      [line({ id: '' }), 'id: "" is not one of letters, digits, _ and -, at most 64'],
      [line({ id: 'a/b' }), 'id: "a/b" is not one of letters, digits, _ and -, at most 64'],
      [line({ id: 'Q1' }), 'the id Q1 is also on line 2'],
      [line({ imdb: '0068646' }), 'imdb: "0068646" is not an id such as tt0068646'],
      [line({ title: ' ' }), 'title: empty'],
      [line({ title: 'n'.repeat(401) }), 'title: longer than 400 characters'],
      [line({ title: 'a\u001bb' }), 'title: "a\\u001bb" has a control character'],
      [line({ title: 'a\0b' }), 'title: "a\\u0000b" has a control character'],
      [line({ title: '界'.repeat(340) }), `title: "${'界'.repeat(40)}…" has more than 1000 bytes`],
      [line({ title: '\u0378' }), 'title: "\u0378" has no sign that can be searched for'],
      [line({ directors: `A|${'n'.repeat(401)}` }), 'directors: longer than 400 characters'],
      [line({ year: '1799' }), 'year: "1799" is not a whole number from 1800 to 2200'],
      [line({ year: '2201' }), 'year: "2201" is not a whole number from 1800 to 2200'],
      [line({ year: '19x9' }), 'year: "19x9" is not a whole number from 1800 to 2200'],
      [line({ runtime: '0' }), 'runtime: "0" is not a whole number from 1 to 100000'],
      [line({ runtime: '1.5' }), 'runtime: "1.5" is not a whole number from 1 to 100000'],
      [line({ popularity: '-1' }), 'popularity: "-1" is not a whole number from 0 to 2147483647'],
      [
        line({ popularity: '2147483648' }),
        'popularity: "2147483648" is not a whole number from 0 to 2147483647',
      ],
      [`${line({})},`, '10 columns instead of 9: a comma without quotes?'],
      ['Q2,,A', '3 columns instead of 9: a comma without quotes?'],
    ] as const;
    const content = `${HEADER}\n${line({ id: 'Q1' })}\n${bad.map(([text]) => text).join('\n')}\n`;
    const expected = ['20 bad lines', ...bad.map(([, reason], index) => `line ${index + 3}: ${reason}`)];
    assert.deepEqual((await refusalOf(content)).split('\n'), expected);
    const { films, skipped } = await read(content, 'skip');
    assert.deepEqual(
      films.map(({ id }) => id),
      ['Q1'],
    );
    assert.deepEqual(skipped, [expected.join('\n')]);
  });

  it('refuses bytes that are not UTF-8', async () => {
    const refusal = await refusalOf(
      Buffer.concat([Buffer.from(`${HEADER}\nQ1,,caf`), Buffer.from([0xe9]), Buffer.from(',,,,,,\n')]),
    );
    assert.equal(refusal, '1 bad line\nline 2: title: "caf\ufffd" has bytes that are not UTF-8');
  });

  it('prints 20 bad lines and their total', async () => {
    const printed = (await refusalOf(`${HEADER}\n${'Q1\n'.repeat(1_000)}`)).split('\n');
    assert.equal(printed.length, 22);
    assert.equal(printed[0], '1000 bad lines');
    assert.equal(printed.at(-1), 'and 980 more');
  });

  it('refuses a quote in a wrong place, with what was bad before it, also where it may leave lines out', async () => {
    for (const bad of ['Q2,,"A"B,,,,,,', 'Q2,,A"B,,,,,,', 'Q2,,"A,,,,,,']) {
      const refusal = await refusalOf(`${HEADER}\nx\n${bad}\nQ3,,C,,,,,,\n`, 'skip');
      assert.match(
        refusal,
        /^[A-Z].*[Qq]uote.* line \d.*: the lines after it cannot be read\n1 bad line\nline 2: 1 col/s,
      );
    }
  });

  it('refuses a header without the columns, an empty file, no file, and one that is not whole', async () => {
    assert.equal(
      await refusalOf('id,title\n'),
      'the header has no column imdb, year, directors, genres, runtime, countries, popularity: it is to have id, imdb, title, year, directors, genres, runtime, countries, popularity',
    );
    assert.equal(await refusalOf(''), 'the file is empty');
    await assert.rejects(
      filmsOf(readFilmsCsv(join(directory, 'none.csv'), { badLines: 'refuse' })),
      (error: Error) => error instanceof FilmsFileError && /none\.csv: ENOENT/.test(error.message),
    );
    const whole = gzipSync(`${HEADER}\n${'Q1,,A,,,,,,\n'.repeat(100)}`);
    assert.match(
      await refusalOf(whole.subarray(0, -20), 'skip', 'csv.gz'),
      /^the file is not compressed by gzip, or not whole \(unexpected end of file\)/,
    );
    assert.match(await refusalOf(HEADER, 'skip', 'csv.gz'), /\(incorrect header check\)$/);
  });

  it('does not take an endless record into memory', async () => {
    assert.match(await refusalOf(`${HEADER}\nQ1,,"${'n'.repeat(2_000_000)}`), /^Max Record Size/);
  });
});
