import { defineProblems, ProblemError } from '@caudal/common/http';
import type { Film } from '../../../src/data/film.ts';
import type { Answered, FilmQuestions } from '../../../src/page/questions.ts';
import { fold, tokensOf } from '../../../src/search/fold.ts';
import type { PersonEntry } from '../../../src/search/results.ts';
import { isOneMistake } from '../../../src/search/spelling.ts';

const PROBLEMS = defineProblems({
  'invalid-query': { status: 400, title: 'Invalid query' },
  'no-such-film': { status: 404, title: 'No such film' },
  'no-such-director': { status: 404, title: 'No such director' },
  'version-gone': { status: 410, title: 'This version of the films is not kept' },
});

const VERSION = 3;
const DEFAULT_LIMIT = 20;

interface Entry<Value> {
  readonly value: Value;
  readonly id: string;
  readonly folded: string;
  readonly rank: number;
}

/** Answers the page's questions from memory, as the API does from its servers: for tests of the page alone. */
export function memoryQuestions(films: readonly Film[]): FilmQuestions {
  const all = entriesOf(films, ({ title, popularity }) => [title, popularity]);
  const people = entriesOf(peopleOf(films), ({ name, films: count }) => [name, count]);
  const byYear = (query: URLSearchParams) => {
    const year = query.get('year');
    if (year === null) return all;
    if (!/^(1[89]|2[01])\d\d$/.test(year))
      throw new ProblemError(PROBLEMS['invalid-query'], 'year must be a whole number from 1800 to 2200.');
    return all.filter(({ value }) => value.year === Number(year));
  };
  return {
    async searchFilms(query) {
      const { entries, corrected } = find(byYear(query), all, query.get('q') ?? '');
      const { page, next } = pageOf(entries, query, '/films');
      return answered({ version: VERSION, corrected, films: page, next });
    },
    async searchDirectors(query) {
      const { entries, corrected } = find(people, people, query.get('q') ?? '');
      const { page, next } = pageOf(entries, query, '/directors');
      return answered({ version: VERSION, corrected, directors: page, next });
    },
    async film(id, query) {
      checkVersion(query);
      const film = films.find((each) => each.id === id);
      if (film === undefined) throw new ProblemError(PROBLEMS['no-such-film'], 'No film has this id.');
      return answered({ version: VERSION, film });
    },
    async director(id, query) {
      const director = people.find((each) => each.id === id)?.value;
      if (director === undefined)
        throw new ProblemError(PROBLEMS['no-such-director'], 'No director has this id.');
      const theirs = all.filter(({ value }) => value.directors.some((each) => each.id === id));
      const { page, next } = pageOf(theirs, query, `/directors/${id}/films`);
      return answered({ version: VERSION, director, films: page, next });
    },
  };
}

function answered<Answer>(answer: Answer): Answered<Answer> {
  return { answer, answeredBy: 'replica-2' };
}

function entriesOf<Value extends { readonly id: string }>(
  values: readonly Value[],
  textAndRank: (value: Value) => readonly [string, number],
): readonly Entry<Value>[] {
  return values
    .map((value) => {
      const [text, rank] = textAndRank(value);
      return { value, id: value.id, folded: fold(text), rank };
    })
    .sort((left, right) => right.rank - left.rank || (left.id < right.id ? -1 : 1));
}

function peopleOf(films: readonly Film[]): readonly PersonEntry[] {
  const people = new Map<string, PersonEntry>();
  for (const { id, name } of films.flatMap(({ directors }) => directors))
    people.set(id, { id, name, films: (people.get(id)?.films ?? 0) + 1 });
  return [...people.values()];
}

function find<Value>(among: readonly Entry<Value>[], all: readonly Entry<Value>[], q: string) {
  if (q.trim() === '') return { entries: among, corrected: null };
  const entries = inClasses(among, fold(q));
  if (entries.length > 0) return { entries, corrected: null };
  const words = new Map<string, number>();
  for (const word of all.flatMap(({ folded }) => [...new Set(tokensOf(folded))]))
    words.set(word, (words.get(word) ?? 0) + 1);
  const tokens = tokensOf(fold(q));
  const corrected = tokens.map((token, place) => {
    const isKnown =
      words.has(token) ||
      (place === tokens.length - 1 && [...words.keys()].some((word) => word.startsWith(token)));
    if (isKnown) return token;
    const near = [...words].filter(([word]) => token.length > 2 && isOneMistake(token, word));
    return near.sort(([left, uses], [right, others]) => others - uses || (left < right ? -1 : 1))[0]?.[0];
  });
  if (corrected.includes(undefined)) return { entries, corrected: null };
  const instead = inClasses(among, corrected.join(' '));
  return { entries: instead, corrected: instead.length === 0 ? null : corrected.join(' ') };
}

function inClasses<Value>(entries: readonly Entry<Value>[], sought: string): readonly Entry<Value>[] {
  const tokens = tokensOf(sought);
  const classOf = (folded: string): number => {
    if (folded === sought) return 0;
    if (folded.startsWith(sought)) return 1;
    const words = tokensOf(folded);
    const isMatch = tokens.every((token, place) =>
      place < tokens.length - 1 ? words.includes(token) : words.some((word) => word.startsWith(token)),
    );
    return isMatch ? 2 : 3;
  };
  return [0, 1, 2].flatMap((matchClass) => entries.filter(({ folded }) => classOf(folded) === matchClass));
}

function pageOf<Value>(entries: readonly Entry<Value>[], query: URLSearchParams, path: string) {
  checkVersion(query);
  const start = Number(query.get('cursor') ?? 0);
  if (!Number.isInteger(start))
    throw new ProblemError(PROBLEMS['invalid-query'], 'cursor must be the one of "next" of the page before.');
  const end = start + Number(query.get('limit') ?? DEFAULT_LIMIT);
  // As the API has it: with the folded query.
  const parameters = new URLSearchParams(query);
  const q = query.get('q');
  if (q !== null) parameters.set('q', fold(q));
  parameters.set('limit', String(end - start));
  parameters.set('cursor', String(end));
  parameters.set('at', String(VERSION));
  return {
    page: entries.slice(start, end).map(({ value }) => value),
    next: end < entries.length ? `${path}?${parameters}` : null,
  };
}

function checkVersion(query: URLSearchParams): void {
  const at = query.get('at');
  if (at !== null && Number(at) !== VERSION)
    throw new ProblemError(PROBLEMS['version-gone'], `Version ${at} is not kept, or never was.`);
}
