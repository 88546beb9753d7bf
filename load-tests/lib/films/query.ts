import { hashText, pick, type Random, randomAt } from '../random.ts';
import { mistype } from './mistakes.ts';
import type { KnownFilm } from './titles.ts';

/** What people ask for, in the ledger's words. */
export const queryKinds = [
  'prefix',
  'words',
  'exact',
  'mistake',
  'nonsense',
  'browse',
  'page',
  'film',
  'directors',
  'director',
] as const;

/** - `prefix`: the beginning of a title, as far as it is typed
 * - `words`: some of a title's words in any order
 * - `exact`: a title
 * - `mistake`: a title with one word mistyped
 * - `nonsense`: what is no title
 * - `browse`: no query, the best known films, or those of a year
 * - `page`: what many films have, page by page
 * - `film`: a film by its id
 * - `directors`: a name, or its beginning, or with a mistake
 * - `director`: the films of a director by the id
 */
export type QueryKind = (typeof queryKinds)[number];

/** How often each kind is asked for, compared with the others. */
export type Mix = Readonly<Partial<Record<QueryKind, number>>>;

/** A request. */
export type Query = { kind: QueryKind; path: string };

/** SHA-256 of a text in UTF-8, in hexadecimal digits. */
export type Sha256 = (text: string) => string;

/** What queries are made of. */
export type QuerySource = {
  seed: string;
  mix: Mix;
  /** The best known first; not empty. They differ in how often they are asked for as words of a language do (Zipf's law). */
  films: readonly KnownFilm[];
  sha256: Sha256;
};

/** The API takes no longer query. */
const mostLetters = 200;
/** A film that fits is found long before. */
const mostDraws = 100;
/** Numbers of results that people ask for besides the default. */
const limits = [5, 10, 50, 100];
const pageLimits = [3, 5, 10, 20];
const firstYear = 1940;
const years = 75;
/** What programs and testers send, all of it valid. */
const oddities = [
  '%',
  '_',
  "'; drop table film; --",
  '\\',
  "''",
  '"',
  '$',
  '&|!():*<->',
  '🎬',
  'ﷺ',
  'a\u0301\u0301\u0301',
  '\u200b',
  '\u0000',
  ' ',
  'שלום עולם',
  '\u202ethe',
  '../../etc/passwd',
  'null',
];

type Maker = (random: Random, source: QuerySource) => string;

/** The path of a request, with the parts that are there. */
function path(base: string, parts: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(parts).filter(([, value]) => value !== undefined);
  const text = given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&');
  return text === '' ? base : `${base}?${text}`;
}

function cut(text: string, letters: number): string {
  return [...text].slice(0, letters).join('');
}

function find(q: string, more: Readonly<Record<string, number | undefined>> = {}): string {
  return path('/films', { q: cut(q, mostLetters), ...more });
}

/** The film at rank r is drawn in proportion to 1 / r, as nearly as makes no difference. */
function drawFilm(random: Random, films: readonly KnownFilm[]): KnownFilm {
  return films[Math.floor((films.length + 1) ** random()) - 1] as KnownFilm;
}

/** A director of the first film drawn that has one, which nearly all have. */
function drawDirector(random: Random, { films }: QuerySource): string {
  for (let draws = 0; draws < mostDraws; draws += 1) {
    const { directors } = drawFilm(random, films);
    if (directors.length > 0) return pick(random, directors);
  }
  return noWord(random);
}

/** The beginning of a text, as far as a person has typed it. */
function typed(random: Random, text: string): string {
  return cut(text.toLowerCase(), 1 + ((random() * [...text].length) | 0));
}

/** One to three of the words, in any order; the last may be unfinished. */
function someWords(random: Random, text: string): string {
  const left = text.toLowerCase().split(' ');
  const words: string[] = [];
  for (let count = Math.min(left.length, 1 + ((random() * 3) | 0)); count > 0; count -= 1) {
    words.push(...left.splice((random() * left.length) | 0, 1));
  }
  const last = words.pop() ?? '';
  return [...words, random() < 0.5 ? last : typed(random, last)].join(' ');
}

/** A title with a mistake; of the first film drawn that has a word to mistype. */
function mistakenTitle(random: Random, { films }: QuerySource): string {
  for (let draws = 0; draws < mostDraws; draws += 1) {
    const mistaken = mistype(random, drawFilm(random, films).title);
    if (mistaken !== undefined) return mistaken;
  }
  return noWord(random);
}

function noWord(random: Random): string {
  const letter = (): string => pick(random, [...'bcdfghjklmnpqrstvwxz']);
  return Array.from({ length: 3 + ((random() * 10) | 0) }, letter).join('');
}

function nonsense(random: Random, source: QuerySource): string {
  const draw = random();
  if (draw < 0.5) return noWord(random);
  if (draw < 0.7) return `${drawFilm(random, source.films).title} ${noWord(random)}`;
  if (draw < 0.75) return noWord(random).repeat(mostLetters);
  return pick(random, oddities);
}

const makers: Readonly<Record<QueryKind, Maker>> = {
  prefix: (random, { films }) => find(typed(random, drawFilm(random, films).title)),
  words: (random, { films }) => find(someWords(random, drawFilm(random, films).title)),
  exact(random, { films }) {
    const { title, year } = drawFilm(random, films);
    const q = pick(random, [title, title.toLowerCase(), title.toUpperCase()]);
    return find(q, {
      year: random() < 0.25 ? year : undefined,
      limit: random() < 0.25 ? pick(random, limits) : undefined,
    });
  },
  mistake: (random, source) => find(mistakenTitle(random, source)),
  nonsense: (random, source) => find(nonsense(random, source)),
  browse: (random) =>
    path('/films', {
      year: random() < 0.5 ? firstYear + ((random() * years) | 0) : undefined,
      limit: random() < 0.5 ? pick(random, limits) : undefined,
    }),
  page(random, { films }) {
    const { title } = drawFilm(random, films);
    const first = title.toLowerCase().split(' ')[0] ?? '';
    return find(random() < 0.5 ? cut(first, 2) : first, { limit: pick(random, pageLimits) });
  },
  film: (random, { films }) => `/films/${encodeURIComponent(drawFilm(random, films).id)}`,
  directors(random, source) {
    const name = drawDirector(random, source);
    const q = pick(random, [typed, someWords, (_: Random, whole: string) => whole, mistype])(random, name);
    return path('/directors', { q: cut(q ?? name, mostLetters) });
  },
  director: (random, source) => `/directors/${directorId(source.sha256, drawDirector(random, source))}/films`,
};

/** The id that the API gives a director of whom only the name is known. */
function directorId(sha256: Sha256, name: string): string {
  return `d${sha256(name).slice(0, 12)}`;
}

function drawKind(random: Random, mix: Mix): QueryKind {
  const total = queryKinds.reduce((sum, kind) => sum + (mix[kind] ?? 0), 0);
  let point = random() * total;
  const drawn = queryKinds.find((kind) => {
    point -= mix[kind] ?? 0;
    return point < 0;
  });
  return drawn ?? 'prefix';
}

/**
 * The query with this number. Query n of a seed is always the same, whichever virtual user asks it.
 *
 * @param position 0, 1, 2, …
 */
export function createQuery(source: QuerySource, position: number): Query {
  const random = randomAt(hashText(source.seed), position);
  const kind = drawKind(random, source.mix);
  return { kind, path: makers[kind](random, source) };
}
