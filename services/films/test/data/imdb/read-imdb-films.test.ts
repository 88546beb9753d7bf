import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Film } from '../../../src/data/film.ts';
import { type ImdbFiles, type ImdbOptions, readImdbFilms } from '../../../src/data/imdb/read-imdb-films.ts';
import { FilmsFileError } from '../../../src/data/import-error.ts';

const HEADERS = {
  titles: 'tconst titleType primaryTitle originalTitle isAdult startYear endYear runtimeMinutes genres',
  crew: 'tconst directors writers',
  names: 'nconst primaryName birthYear deathYear primaryProfession knownForTitles',
  ratings: 'tconst averageRating numVotes',
} as const;
type Table = keyof typeof HEADERS;
const TABLES = Object.keys(HEADERS) as readonly Table[];
const N = String.raw`\N`;

/** Lines of `title.basics`. */
const title = (
  id: string,
  name: string,
  more: readonly [type?: string, year?: string, runtime?: string, genres?: string] = [],
) => {
  const [type = 'movie', year = N, runtime = N, genres = N] = more;
  return [id, type, name, name, '0', year, N, runtime, genres];
};
const person = (id: string, name: string) => [id, name, N, N, N, N];

const GODFATHER = {
  titles: [
    title('tt0068646', 'The Godfather', ['movie', '1972', '175', 'Crime,Drama']),
    title('tt0068647', 'An episode', ['tvEpisode']),
    title('tt0000009', `"Amélie" 'x'`, ['tvMovie']),
  ],
  crew: [
    ['tt0068646', 'nm0000338,nm0000001,nm0000338', N],
    ['tt0068647', 'nm0000002', N],
    ['tt0000009', N, N],
  ],
  names: [
    person('nm0000001', 'Zoë Ån'),
    person('nm0000338', 'Francis Ford Coppola'),
    person('nm0000002', ''),
  ],
  ratings: [
    ['tt0068646', '9.2', '2000000'],
    ['tt0068647', '9', 'many'],
  ],
};

describe('readImdbFilms', () => {
  let directory: string;
  let count = 0;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-imdb-'));
  });
  after(() => rm(directory, { recursive: true }));

  async function filesOf(
    tables: Partial<Record<Table, readonly (readonly string[])[]>>,
    raw: Partial<Record<Table, string | Buffer>> = {},
  ): Promise<Required<Record<Table, string>>> {
    count += 1;
    const entries = TABLES.map(async (table) => {
      const file = join(directory, `${count}-${table}.tsv.gz`);
      const lines = [HEADERS[table].split(' '), ...(tables[table] ?? [])];
      await writeFile(file, raw[table] ?? gzipSync(lines.map((line) => `${line.join('\t')}\n`).join('')));
      return [table, file] as const;
    });
    return Object.fromEntries(await Promise.all(entries)) as Record<Table, string>;
  }

  async function read(files: ImdbFiles, options: ImdbOptions = {}): Promise<readonly Film[]> {
    const films: Film[] = [];
    for await (const film of readImdbFilms(files, options)) films.push(film);
    return films;
  }

  /** Films, and the lists of lines that were left out, by table. */
  async function readWithSkipped(tables: Parameters<typeof filesOf>[0]) {
    const files = await filesOf(tables);
    const skipped: string[] = [];
    const films = await read(files, { onSkipped: (list) => skipped.push(list) });
    return { films, skipped: skipped.map((list) => list.replace(/^.*\d-(\w+)\.tsv\.gz/, '$1').split('\n')) };
  }

  it('joins titles with their directors in order, names and votes', async () => {
    const reads: string[] = [];
    const files = await filesOf(GODFATHER);
    const films = await read(files, { onReading: (file) => reads.push(file) });
    assert.deepEqual(films, [
      {
        id: 'tt0068646',
        imdbId: 'tt0068646',
        title: 'The Godfather',
        year: 1972,
        directors: [
          { id: 'nm0000338', name: 'Francis Ford Coppola' },
          { id: 'nm0000001', name: 'Zoë Ån' },
        ],
        genres: ['Crime', 'Drama'],
        runtimeMinutes: 175,
        countries: [],
        popularity: 2_000_000,
      },
    ]);
    assert.deepEqual(reads, [files.titles, files.crew, files.names, files.ratings, files.titles]);
  });

  it('takes other types, and values that are missing; quotes are letters', async () => {
    const { titles, crew, names } = await filesOf(GODFATHER);
    const films = await read({ titles, crew, names }, { types: ['movie', 'tvMovie'] });
    assert.deepEqual(
      films.map(({ id, popularity }) => [id, popularity]),
      [
        ['tt0068646', 0],
        ['tt0000009', 0],
      ],
    );
    assert.deepEqual(films[1], {
      id: 'tt0000009',
      imdbId: 'tt0000009',
      title: `"Amélie" 'x'`,
      year: null,
      directors: [],
      genres: [],
      runtimeMinutes: null,
      countries: [],
      popularity: 0,
    });
  });

  it('leaves bad lines out, and names them once with their file', async () => {
    const titles = [
      title('tt0000001', 'Good'),
      ['tt0000002', 'movie', 'Short'],
      title('0000003', 'No id'),
      title('tt3', 'Short id'),
      title('tt0000004', N),
      title('tt0000005', 'Year', ['movie', '72']),
      title('tt0000006', 'Runtime', ['movie', N, 'long']),
      title('tt0000007', 'a\u001bb'),
      title('tt0000001', 'Again'),
      title('tt9', 'Another type', ['short']),
    ];
    const crew = [
      ['tt0000001', 'nm0000001,nm0000002,nm0000003', N],
      ['tt0000001', 'nm0000009', N],
      ['x', 'nm0000009', N],
    ];
    const names = [
      person('nm0000001', 'A'),
      person('nm0000002', ' '),
      person('nm0000003', 'B').slice(1),
      ['nm0000003', 'B'],
    ];
    const ratings = [['tt0000001', '1', '-5']];
    const { films, skipped } = await readWithSkipped({ titles, crew, names, ratings });
    assert.deepEqual(
      films.map(({ title: text, directors, popularity }) => [text, directors, popularity]),
      [['Good', [{ id: 'nm0000001', name: 'A' }], 0]],
    );
    assert.deepEqual(skipped, [
      [
        'titles: 7 bad lines',
        'line 3: 3 columns instead of 9',
        'line 4: tconst: "0000003" is not an id such as tt0068646',
        'line 5: tconst: "tt3" is not an id such as tt0068646',
        'line 6: primaryTitle: empty',
        'line 7: startYear: "72" is not a whole number from 1800 to 2200',
        'line 8: runtimeMinutes: "long" is not a whole number from 0 to 100000',
        'line 9: primaryTitle: "a\\u001bb" has a control character',
      ],
      ['crew: 1 bad line', 'line 4: tconst: "x" is not an id of IMDb'],
      [
        'names: 3 bad lines',
        'line 3: primaryName: empty',
        'line 4: nconst: "B" is not an id of IMDb',
        'line 5: 2 columns instead of 6',
      ],
      ['ratings: 1 bad line', 'line 2: numVotes: "-5" is not a whole number up to 2147483647'],
    ]);
  });

  it('leaves a crew out that is no list of people', async () => {
    const titles = [title('tt0000001', 'A')];
    const { films, skipped } = await readWithSkipped({
      titles,
      crew: [['tt0000001', 'nm0000001,tt0000002', N]],
    });
    assert.deepEqual(films[0]?.directors, []);
    assert.deepEqual(skipped, [
      ['crew: 1 bad line', 'line 2: directors: "tt0000002" is not an id such as nm0000338'],
    ]);
  });

  it('reads files that are not compressed, with CRLF, and a last line without end', async () => {
    const files = await filesOf(GODFATHER);
    const plain = join(directory, 'plain.tsv');
    await writeFile(
      plain,
      [HEADERS.titles.split(' '), title('tt0068646', 'Élan')].map((line) => line.join('\t')).join('\r\n'),
    );
    assert.deepEqual(
      (await read({ ...files, titles: plain })).map(({ title: text }) => text),
      ['Élan'],
    );
  });

  it('puts letters together that end in another part of the file', async () => {
    // Longer than what is read at once, each letter of two bytes.
    const names = Array.from({ length: 300 }, (_, place) =>
      title(`tt${1_000_000 + place}`, `x${'é'.repeat(350)}`),
    );
    const plain = join(directory, 'long.tsv');
    await writeFile(
      plain,
      [HEADERS.titles.split(' '), ...names].map((line) => `${line.join('\t')}\n`).join(''),
    );
    const films = await read({ ...(await filesOf({})), titles: plain });
    assert.deepEqual(new Set(films.map(({ title: text }) => text)), new Set([`x${'é'.repeat(350)}`]));
    assert.equal(films.length, 300);
  });

  it('names the file that is missing, broken, cut, empty, endless, or another one', async () => {
    const refusal = async (raw: Partial<Record<Table, string | Buffer>>): Promise<string> => {
      const files = await filesOf(GODFATHER, raw);
      const error = await read(files).then(
        () => assert.fail('not refused'),
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof FilmsFileError, String(error));
      return error.message.replace(/^.*\d-(\w+)\.tsv\.gz/, '$1');
    };
    const whole = gzipSync(`${HEADERS.names.replaceAll(' ', '\t')}\n${'x'.repeat(1_000)}`);
    assert.match(
      await refusal({ crew: 'plain' }),
      /^crew: the file is not compressed by gzip, or not whole \(inc/,
    );
    assert.match(
      await refusal({ names: whole.subarray(0, -9) }),
      /^names: .*not whole \(unexpected end of file\)$/,
    );
    assert.equal(await refusal({ ratings: gzipSync('') }), 'ratings: the file is empty');
    assert.equal(
      await refusal({ names: gzipSync('x'.repeat(1_100_000)) }),
      'names: a line is longer than 1000000 characters',
    );
    assert.equal(
      await refusal({ crew: gzipSync(`${HEADERS.ratings.replaceAll(' ', '\t')}\n`) }),
      'crew: its columns are tconst, averageRating, numVotes instead of tconst, directors, writers: is it another file?',
    );
    const files = await filesOf(GODFATHER);
    await assert.rejects(read({ ...files, names: join(directory, 'none.tsv') }), /none\.tsv: ENOENT/);
  });
});
