import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { textArray } from '@caudal/common/postgresql';
import { parse } from 'csv-parse/sync';
import pg from 'pg';
import { directorId } from '../../src/data/director-id.ts';
import type { Film } from '../../src/data/film.ts';
import { fold, tokensOf } from '../../src/search/fold.ts';
import { MIN_LETTERS, spellingsOf } from '../../src/search/spelling.ts';

const source = (path: string): URL => new URL(`../../${path}`, import.meta.url);
const sqlOf = (path: string): string => readFileSync(source(path), 'utf8');

/** The committed films. */
export function committedFilms(): readonly Film[] {
  const csv = gunzipSync(readFileSync(source('data/films.csv.gz')));
  const list = (text: string | undefined): readonly string[] =>
    (text ?? '').split('|').filter((part) => part !== '');
  return (parse(csv, { columns: true }) as readonly Record<string, string>[]).map((row) => ({
    id: row.id ?? '',
    imdbId: row.imdb ?? '',
    title: row.title ?? '',
    year: row.year === '' ? null : Number(row.year),
    directors: list(row.directors).map((name) => ({ id: directorId(name), name })),
    genres: list(row.genres),
    runtimeMinutes: row.runtime === '' ? null : Number(row.runtime),
    countries: list(row.countries),
    popularity: Number(row.popularity),
  }));
}

/** Makes a database with no films in it, and returns its URL. */
export async function makeDatabase(adminUrl: string, name: string): Promise<string> {
  await withClient(adminUrl, (client) => client.query(`create database ${name}`));
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  await withClient(url.href, (client) =>
    client.query(
      `create schema films; set search_path to films; ${sqlOf('migrations/films/0001-versions.sql')}`,
    ),
  );
  return url.href;
}

/** Drops a database, whoever is connected to it. */
export async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  await withClient(adminUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
}

/** Loads films as a new version and makes it the current one; returns its number. */
export function loadFilms(url: string, films: readonly Film[]): Promise<number> {
  return withClient(url, async (client) => {
    const inserted = await client.query<{ id: number }>(
      `insert into films.version (state, source) values ('loading', 'test') returning id`,
    );
    const version = inserted.rows[0]?.id ?? 0;
    await client.query(`create schema films_v${version}; set search_path to films_v${version}`);
    await client.query(sqlOf('src/data/version-tables.sql'));
    await insertFilms(client, films);
    await insertPeople(client, films);
    for (const [kind, texts] of [
      ['title', films.map(({ title }) => title)],
      ['name', [...peopleOf(films).values()].map(({ name }) => name)],
    ] as const)
      await insertWords(client, kind, texts);
    await client.query(sqlOf('src/data/version-indexes.sql'));
    for (const table of [
      'film',
      'person',
      'film_director',
      'title_word',
      'name_word',
      'title_spelling',
      'name_spelling',
    ])
      await client.query(`vacuum analyze ${table}`);
    const dropped = await client.query<{ publish: number }>('select films.publish($1) as publish', [version]);
    for (const { publish } of dropped.rows) await client.query(`drop schema films_v${publish} cascade`);
    return version;
  });
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const BATCH = 5_000;

/** Inserts rows, given as columns of texts. */
async function insert(
  client: pg.Client,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += BATCH) {
    const part = rows.slice(start, start + BATCH);
    const names = columns.map((_, place) => `c${place}`);
    const unnested = names.map((_, place) => `$${place + 1}::text[]`).join(', ');
    await client.query(
      `insert into ${table} select ${columns.map((cast, place) => cast.replaceAll('?', `c${place}`)).join(', ')}
         from unnest(${unnested}) as given (${names.join(', ')})`,
      columns.map((_, place) => textArray(part.map((row) => row[place] ?? ''))),
    );
  }
}

const WORDS = `array_to_tsvector(array(select distinct unnest(string_to_array(nullif(?, ''), ' '))))`;
const INTEGER = `nullif(?, '')::integer`;
const LIST = `coalesce(string_to_array(nullif(?, ''), '|'), '{}')`;

async function insertFilms(client: pg.Client, films: readonly Film[]): Promise<void> {
  await insert(
    client,
    'film',
    ['?', INTEGER, '?', '?', '?', WORDS, INTEGER, LIST, INTEGER, LIST, INTEGER],
    films.map((film, place) => [
      film.id,
      String(place + 1),
      film.imdbId,
      film.title,
      fold(film.title),
      fold(film.title),
      String(film.year ?? ''),
      film.genres.join('|'),
      String(film.runtimeMinutes ?? ''),
      film.countries.join('|'),
      String(film.popularity),
    ]),
  );
  await insert(
    client,
    'film_director',
    ['?', INTEGER, '?'],
    films.flatMap((film) => film.directors.map(({ id }, place) => [film.id, String(place + 1), id])),
  );
}

function peopleOf(films: readonly Film[]) {
  const people = new Map<string, { readonly name: string; readonly films: Set<string> }>();
  for (const film of films)
    for (const { id, name } of film.directors) {
      const person = people.get(id) ?? { name, films: new Set() };
      person.films.add(film.id);
      people.set(id, person);
    }
  return people;
}

async function insertPeople(client: pg.Client, films: readonly Film[]): Promise<void> {
  await insert(
    client,
    'person',
    ['?', '?', '?', WORDS, INTEGER],
    [...peopleOf(films)].map(([id, person]) => [
      id,
      person.name,
      fold(person.name),
      fold(person.name),
      String(person.films.size),
    ]),
  );
}

async function insertWords(client: pg.Client, kind: string, texts: readonly string[]): Promise<void> {
  const uses = new Map<string, number>();
  for (const text of texts)
    for (const token of new Set(tokensOf(fold(text)))) uses.set(token, (uses.get(token) ?? 0) + 1);
  await insert(
    client,
    `${kind}_word`,
    ['?', INTEGER],
    [...uses].map(([token, count]) => [token, String(count)]),
  );
  await insert(
    client,
    `${kind}_spelling`,
    ['?', '?'],
    [...uses.keys()]
      .filter((token) => [...token].length >= MIN_LETTERS)
      .flatMap((token) => spellingsOf(token).map((spelling) => [spelling, token])),
  );
}
