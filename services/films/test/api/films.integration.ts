import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createLogger } from '@caudal/common/logging';
import { eventually, metricValue, useServers } from '@caudal/common/testing';
import fc from 'fast-check';
import type { DirectorBody, DirectorsBody, FilmBody, FilmsBody } from '../../src/api/questions/bodies.ts';
import type { Film } from '../../src/data/film.ts';
import { committedFilms } from '../../src/data/film-sources.ts';
import { importFilms } from '../../src/data/import-films.ts';
import { withDatabase } from '../../src/data/with-database.ts';
import { DEFAULT_API_ROLE } from '../../src/schema/index.ts';
import { BruteForce } from '../support/brute-force.ts';
import { type FilmsBed, openFilmsBed } from '../support/films-bed.ts';
import { sourceOf } from '../support/some-films.ts';
import { NASTY, QUERIES } from './support/bad-queries.ts';
import { problemOf, type RunningApi, runApi } from './support/run-api.ts';

const servers = useServers('postgresql');
const films: Film[] = [];
for await (const film of committedFilms().films()) films.push(film);
const titles = films.map(({ title }) => title);
const byTitle = new BruteForce(
  films.map(({ id, title, popularity, year }) => ({ id, text: title, rank: popularity, year })),
);
const people = new Map<string, { name: string; films: number }>();
for (const film of films)
  for (const { id, name } of film.directors)
    people.set(id, { name, films: (people.get(id)?.films ?? 0) + 1 });
const byName = new BruteForce(
  Array.from(people, ([id, { name, films: rank }]) => ({ id, text: name, rank })),
);

let bed: FilmsBed;
let api: RunningApi;

const search = (query: Record<string, string | number>): Promise<FilmsBody> =>
  api.json(
    `/films?${new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]))}`,
  );

/** Imports films, and returns their version. */
async function importAs(name: string, some: readonly Film[]): Promise<number> {
  const logger = createLogger('test', 'silent');
  const { version } = await withDatabase(
    { settings: bed.settings('owner'), logger, prepare: () => Promise.resolve() },
    (client) => importFilms(client, { source: sourceOf(name, some), apiRole: DEFAULT_API_ROLE }),
  );
  return version;
}

const MAX_PAGES = 1_000;

/** All pages of a list. */
async function pagesOf<Body extends { readonly next: string | null }>(
  path: string,
): Promise<readonly Body[]> {
  const pages: Body[] = [];
  for (let next: string | null = path; next !== null; next = pages.at(-1)?.next ?? null)
    // One that leads back to itself would never end.
    if (pages.push(await api.json<Body>(next)) > MAX_PAGES) assert.fail(`${path} has no end`);
  return pages;
}

const idsOf = (entries: readonly { readonly id: string }[]): readonly string[] => entries.map(({ id }) => id);

async function filmOf(id: string): Promise<Film> {
  return (await api.json<FilmBody>(`/films/${id}`)).film;
}

/** A text as a person may type it who means a title. */
function asTyped(title: string, other: string, place: number, letter: number, kind: number): string {
  const letters = [...title];
  const at = place % letters.length;
  switch (kind) {
    case 0:
      return letters.slice(0, at + 1).join('');
    case 1:
      return title.split(' ').reverse().join(' ');
    case 2:
      return letters.toSpliced(at, 1).join('');
    case 3:
      return letters.toSpliced(at, 1, String.fromCodePoint(97 + (letter % 26))).join('');
    default:
      return `${title.split(' ')[0]} ${other
        .split(' ')
        .at(-1)
        ?.slice(0, (letter % 5) + 1)}`;
  }
}

describe('the films API', () => {
  before(async () => {
    bed = await openFilmsBed(servers());
    await importAs('committed', films);
    api = await runApi({ POSTGRESQL_URL: bed.urls.api, CACHE_MIB: '1' });
    await eventually(
      () => api.ready(),
      (status) => status === 200,
    );
  });

  after(async () => {
    await api?.stop();
    await bed?.close();
  });

  describe('a search for films', () => {
    for (const [q, title, director] of [
      ['the godfather', 'The Godfather', 'Francis Ford Coppola'],
      ['THE GODFATHER', 'The Godfather', 'Francis Ford Coppola'],
      ['godfather the', 'The Godfather', 'Francis Ford Coppola'],
      ['godfahter', 'The Godfather', 'Francis Ford Coppola'],
      ['amelie', 'Amélie', 'Jean-Pierre Jeunet'],
      ['Amélie', 'Amélie', 'Jean-Pierre Jeunet'],
      ['schindlers list', "Schindler's List", 'Steven Spielberg'],
      ['the shinning', 'The Shining', 'Stanley Kubrick'],
      ['$', '$', 'Richard Brooks'],
    ] as const) {
      it(`finds ${title} of ${director} by ${q}`, async () => {
        const [film] = (await search({ q, limit: 1 })).films;
        assert.equal(film?.title, title);
        assert.equal(film?.directors[0]?.name, director);
      });
    }

    it('says what it searched for instead of a mistake', async () => {
      assert.equal((await search({ q: 'the godfahter' })).corrected, 'the godfather');
      assert.equal((await search({ q: 'the godfather' })).corrected, null);
    });

    it('finds what the definition says, for texts made from titles', async () => {
      const text = fc
        .tuple(fc.constantFrom(...titles), fc.constantFrom(...titles), fc.nat(), fc.nat(), fc.nat(4))
        .map(([title, other, place, letter, kind]) => asTyped(title, other, place, letter, kind));
      await fc.assert(
        fc.asyncProperty(text, fc.option(fc.integer({ min: 1_940, max: 2_014 })), async (q, year) => {
          const found = await search({ q, limit: 100, ...(year !== null && { year }) });
          const expected = byTitle.search(q, year ?? undefined);
          assert.deepEqual(
            { ids: idsOf(found.films), corrected: found.corrected },
            { ids: expected.ids.slice(0, 100), corrected: expected.corrected },
            JSON.stringify({ q, year }),
          );
        }),
        { numRuns: 300 },
      );
    });

    for (const query of [
      'q=the+w&limit=7',
      'q=loev+the&limit=3',
      'q=the&year=1999&limit=3',
      'year=1950&limit=11',
      'q=of+the&limit=37',
      'q=the+of&limit=41',
      'q=the+of+a&limit=1',
      'q=godfather+the&limit=1',
    ])
      it(`has each result once over all pages of ${query}`, async () => {
        const pages = await pagesOf<FilmsBody>(`/films?${query}`);
        const parameters = new URLSearchParams(query);
        const year = parameters.get('year');
        const expected = byTitle.search(parameters.get('q') ?? '', year === null ? undefined : Number(year));
        assert.deepEqual(
          pages.flatMap((page) => idsOf(page.films)),
          expected.ids,
        );
        assert.ok(pages.length > 2);
        for (const page of pages) assert.equal(page.corrected, expected.corrected);
      });

    it('has each film once over all pages without a text', async () => {
      const pages = await pagesOf<FilmsBody>('/films?limit=100');
      assert.deepEqual(
        pages.flatMap((page) => idsOf(page.films)),
        byTitle.search('').ids,
      );
    });

    it('shows a film as the file has it', async () => {
      for (const film of films.slice(0, 200)) assert.deepEqual(await filmOf(film.id), film);
    });
  });

  describe('a search with mode=contains', () => {
    it('finds the same in any number of parts', async () => {
      const part = fc
        .tuple(fc.constantFrom(...titles), fc.nat(), fc.integer({ min: 1, max: 5 }))
        .map(([title, start, length]) => title.slice(start % title.length).slice(0, length));
      await fc.assert(
        fc.asyncProperty(part, fc.integer({ min: 1, max: 30 }), async (q, limit) => {
          fc.pre(q.trim() !== '');
          const expected = byTitle.contains(q.trim()).slice(0, limit);
          for (const parallel of [1, 2, 3, 4]) {
            const { films: found, next } = await search({ q, mode: 'contains', limit, parallel });
            assert.deepEqual(idsOf(found), expected, JSON.stringify({ q, parallel }));
            assert.equal(next === null, byTitle.contains(q.trim()).length <= limit);
          }
        }),
        { numRuns: 40 },
      );
    });

    it('has each result once over all pages', async () => {
      const pages = await pagesOf<FilmsBody>('/films?q=ring&mode=contains&parallel=3&limit=17');
      assert.deepEqual(
        pages.flatMap((page) => idsOf(page.films)),
        byTitle.contains('ring'),
      );
    });

    it('takes the signs of a pattern for letters', async () => {
      for (const q of ['%', '_', '\\', '%_'])
        assert.deepEqual(idsOf((await search({ q, mode: 'contains' })).films), byTitle.contains(q));
    });
  });

  describe('a search for directors', () => {
    it('finds what the definition says, for texts made from names', async () => {
      const names = [...people.values()].map(({ name }) => name);
      const text = fc
        .tuple(fc.constantFrom(...names), fc.constantFrom(...names), fc.nat(), fc.nat(), fc.nat(4))
        .map(([name, other, place, letter, kind]) => asTyped(name, other, place, letter, kind));
      await fc.assert(
        fc.asyncProperty(text, async (q) => {
          const found = await api.json<DirectorsBody>(
            `/directors?${new URLSearchParams({ q, limit: '100' })}`,
          );
          const expected = byName.search(q);
          assert.deepEqual(
            { ids: idsOf(found.directors), corrected: found.corrected },
            { ids: expected.ids.slice(0, 100), corrected: expected.corrected },
            JSON.stringify(q),
          );
        }),
        { numRuns: 150 },
      );
    });

    it('leads to all films of a director, best known first', async () => {
      const { directors } = await api.json<DirectorsBody>('/directors?q=hitchcock&limit=1');
      const [director] = directors;
      assert.ok(director);
      const pages = await pagesOf<DirectorBody>(`/directors/${director.id}/films?limit=10`);
      const expected = films
        .filter((film) => film.directors.some(({ id }) => id === director.id))
        .sort((left, right) => right.popularity - left.popularity || (left.id < right.id ? -1 : 1));
      assert.deepEqual(
        pages.flatMap((page) => page.films),
        expected,
      );
      assert.equal(director.films, expected.length);
      for (const page of pages) assert.deepEqual(page.director, director);
    });

    it('has all directors without a text, each once', async () => {
      const pages = await pagesOf<DirectorsBody>('/directors?limit=100');
      assert.deepEqual(
        pages.flatMap((page) => idsOf(page.directors)),
        byName.search('').ids,
      );
    });
  });

  describe('whatever is sent', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 250 }),
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc
        .array(fc.constantFrom(...NASTY, ...titles.slice(0, 100)), { maxLength: 6 })
        .map((all) => all.join('')),
    );
    const path = fc.constantFrom(
      '/films',
      '/directors',
      '/films/Q47703',
      `/directors/${films[1]?.directors[0]?.id}/films`,
    );
    const name = fc.constantFrom('q', 'year', 'mode', 'parallel', 'cursor', 'limit', 'at');
    const inPath = (text: string): string => encodeURIComponent(text.toWellFormed());
    const requests = fc.oneof(
      fc
        .tuple(path, name, texts)
        .map(([to, parameter, text]) => `${to}?${new URLSearchParams({ [parameter]: text })}`),
      texts.map((q) => `/films?${new URLSearchParams({ q })}`),
      texts.map((q) => `/films?${new URLSearchParams({ q, mode: 'contains', parallel: '2' })}`),
      texts.map((q) => `/directors?${new URLSearchParams({ q })}`),
      texts.map((text) => `/films/${inPath(text)}`),
      texts.map((text) => `/directors/${inPath(text)}/films`),
      texts.map((text) => `/films?${inPath(text)}=1`),
    );
    const failures = async (): Promise<number> => {
      const metrics = await api.metrics();
      return [500, 502, 503, 504]
        .map((status) => metricValue(metrics, `caudal_films_requests_total{status="${status}"}`) ?? 0)
        .reduce((sum, count) => sum + count);
    };

    it('is answered or refused: 1,000 made up strings in every place', async () => {
      const sent = await failures();
      await fc.assert(
        fc.asyncProperty(requests, async (to) => {
          const response = await api.get(to);
          if (response.status === 200) assert.ok(await response.text());
          else assert.ok([400, 404, 410].includes((await problemOf(response)).status), to);
        }),
        { numRuns: 1_000 },
      );
      assert.equal(await failures(), sent);
    });

    for (const [what, query, status] of QUERIES) {
      it(`${status === 200 ? 'answers' : 'refuses'} ${what}`, async () => {
        const response = await api.get(`/films?${query}`);
        assert.equal(response.status, status);
        if (status === 200) assert.ok(Array.isArray(((await response.json()) as FilmsBody).films));
        else assert.match((await problemOf(response)).detail, /must|has unknown|needs|Leave out/);
      });
    }
  });

  // Last: it changes what is in the database.
  describe('an import', () => {
    it('leaves the pages of a search that has begun as they were', async () => {
      const first = await search({ q: 'the', limit: 20 });
      const version = await importAs('some', films.slice(0, 1_000));
      assert.ok(version > first.version);
      await eventually(
        () => search({ limit: 1 }),
        (page) => page.version === version,
      );
      const pages = await pagesOf<FilmsBody>(first.next ?? '');
      assert.deepEqual(
        [first, ...pages].flatMap((page) => idsOf(page.films)),
        byTitle.search('the').ids,
      );
      for (const page of pages) assert.equal(page.version, first.version);
      const again = await search({ q: 'the', limit: 20 });
      assert.equal(again.version, version);
      assert.notDeepEqual(again.films, first.films);
    });

    it('makes the version before the last one go, which is said', async () => {
      const first = await search({ q: 'godfather', limit: 1 });
      await importAs('few', films.slice(0, 10));
      const version = await importAs('more', films.slice(0, 20));
      await eventually(
        () => search({ limit: 1 }),
        (page) => page.version === version,
      );
      const response = await api.get(`/films?q=the&limit=13&at=${first.version}`);
      assert.equal(response.status, 410);
      assert.equal((await problemOf(response)).kind, 'version-gone');
    });
  });

  describe('a client that has an answer', () => {
    it('is not sent it again, and no server is asked', async () => {
      const path = '/films?q=the&limit=2';
      const response = await api.get(path);
      const tag = response.headers.get('etag') ?? '';
      const asked = metricValue(await api.metrics(), 'caudal_films_queries_total');
      const again = await api.get(path, { 'if-none-match': tag });
      assert.equal(again.status, 304);
      assert.equal(again.headers.get('etag'), tag);
      assert.equal(again.headers.get('cache-control'), 'public, max-age=0, must-revalidate');
      assert.equal(await again.text(), '');
      assert.equal(metricValue(await api.metrics(), 'caudal_films_queries_total'), asked);
    });

    it('is sent it once more after an import', async () => {
      const path = '/films?q=the&limit=2';
      const tag = (await api.get(path)).headers.get('etag') ?? '';
      const version = await importAs('again', films.slice(0, 30));
      const page = await eventually(
        () => api.get(path, { 'if-none-match': tag }),
        ({ status }) => status === 200,
      );
      assert.equal(((await page.json()) as FilmsBody).version, version);
      assert.notEqual(page.headers.get('etag'), tag);
    });
  });
});
