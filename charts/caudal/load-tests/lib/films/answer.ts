import type { Query } from './query.ts';

/** What an answer says, for the ledger. */
export type Reading = {
  version: number;
  /** Path of the next page; undefined on the last one. */
  next: string | undefined;
  corrected: string | null;
  /** In the order of the answer. */
  ids: string[];
  /** What is compared with the right answer: the ledger has a digest of its JSON. */
  said: unknown;
};

/** What one answer is: readable, or wrong in a way that shows without knowing any film. */
export type Judgement = { reading: Reading; problem?: undefined } | { reading?: undefined; problem: string };

const anyId = /^[\w-]{1,64}$/;
const usualLimit = 20;

class WrongAnswer extends Error {}

type Json = Readonly<Record<string, unknown>>;

function check(holds: boolean, problem: string): asserts holds {
  if (!holds) throw new WrongAnswer(problem);
}

function object(value: unknown, what: string): Json {
  check(typeof value === 'object' && value !== null && !Array.isArray(value), `has no ${what}`);
  return value as Json;
}

function text(value: unknown, what: string): string {
  check(typeof value === 'string', `has no ${what}`);
  return value;
}

function id(value: unknown): string {
  check(typeof value === 'string' && anyId.test(value), `has id ${String(value)}`);
  return value;
}

function whole(value: unknown, what: string): number {
  check(typeof value === 'number' && Number.isSafeInteger(value), `has ${what} ${String(value)}`);
  return value;
}

function list(value: unknown, what: string): Json[] {
  check(Array.isArray(value), `has no ${what}`);
  return value.map((entry) => object(entry, what));
}

type Said = { id: string; said: unknown[] };

/** `[id, title, year, [names of directors]]` */
function film(value: Json): Said {
  const own = id(value.id);
  const year = value.year === null ? null : whole(value.year, 'year');
  const names = list(value.directors, 'directors').map(({ name }) => text(name, 'name'));
  return { id: own, said: [own, text(value.title, 'title'), year, names] };
}

/** `[id, name, films]` */
function person(value: Json): Said {
  const own = id(value.id);
  return { id: own, said: [own, text(value.name, 'name'), whole(value.films, 'number of films')] };
}

function corrected(value: unknown): string | null {
  return value === null ? null : text(value, 'corrected query');
}

/** A page of results: no more than were asked for, each once, and a next page of the same version. */
function page(asked: string, entries: readonly Said[], next: unknown, version: number): string | undefined {
  const limit = Number(/[?&]limit=(\d+)/.exec(asked)?.[1] ?? usualLimit);
  check(entries.length <= limit, `has ${entries.length} results, not ${limit}`);
  check(new Set(entries.map((entry) => entry.id)).size === entries.length, 'has a result twice');
  if (next === null) return undefined;
  const path = text(next, 'next page');
  const isNext = path.startsWith(`${asked.split('?')[0]}?`) && /[?&]cursor=[^&]/.test(path);
  check(isNext && new RegExp(`[?&]at=${version}(?:&|$)`).test(path), `has next page ${path}`);
  check(entries.length > 0, 'has a next page after nothing');
  return path;
}

function read({ kind, path: asked }: Query, body: Json): Reading {
  const version = whole(body.version, 'version');
  check(version >= 1, `has version ${version}`);
  const own = decodeURIComponent(/^\/(?:films|directors)\/([^/?]+)/.exec(asked)?.[1] ?? '');
  if (kind === 'film') {
    const found = film(object(body.film, 'film'));
    check(found.id === own, `is about ${found.id}`);
    return { version, next: undefined, corrected: null, ids: [own], said: [found.said] };
  }
  const isDirectors = kind === 'directors';
  const entries = isDirectors
    ? list(body.directors, 'directors').map(person)
    : list(body.films, 'films').map(film);
  const next = page(asked, entries, body.next, version);
  const ids = entries.map((entry) => entry.id);
  const said = entries.map((entry) => entry.said);
  if (kind === 'director') {
    const director = person(object(body.director, 'director'));
    check(director.id === own, `is about ${director.id}`);
    return { version, next, corrected: null, ids, said: [director.said, said] };
  }
  const searched = corrected(body.corrected);
  return { version, next, corrected: searched, ids, said: [searched, said] };
}

/** Reads an answer of 200 to a query. */
export function judgeAnswer(query: Query, body: string): Judgement {
  try {
    return { reading: read(query, object(JSON.parse(body), 'object')) };
  } catch (error) {
    return { problem: error instanceof WrongAnswer ? error.message : 'is no JSON' };
  }
}

/** What is wrong with a page, seen from the first page and the ids of all pages before; undefined for a right one. */
export function judgeNextPage(first: Reading, seen: ReadonlySet<string>, page: Reading): string | undefined {
  if (page.version !== first.version) return `is of version ${page.version}, after ${first.version}`;
  if (page.corrected !== first.corrected) return `is of ${page.corrected}, after ${first.corrected}`;
  const repeated = page.ids.find((own) => seen.has(own));
  return repeated === undefined ? undefined : `repeats ${repeated}`;
}
