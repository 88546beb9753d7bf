import { defineProblems, ProblemError } from '@caudal/common/http';
import type { Film } from '../../../src/data/film.ts';
import type { Answered, FilmQuestions } from '../../../src/page/questions.ts';
import { fold } from '../../../src/search/fold.ts';
import type { PersonEntry } from '../../../src/search/results.ts';
import { BruteForce } from '../../support/brute-force.ts';

const PROBLEMS = defineProblems({
  'invalid-query': { status: 400, title: 'Invalid query' },
  'no-such-film': { status: 404, title: 'No such film' },
  'no-such-director': { status: 404, title: 'No such director' },
  'version-gone': { status: 410, title: 'This version of the films is not kept' },
});

const VERSION = 3;
const DEFAULT_LIMIT = 20;

/** Answers the page's questions from memory, as the API does from its servers: for tests of the page alone. */
export function memoryQuestions(films: readonly Film[]): FilmQuestions {
  const people = peopleOf(films);
  const filmOf = new Map(films.map((film) => [film.id, film]));
  const personOf = new Map(people.map((person) => [person.id, person]));
  const byTitle = new BruteForce(
    films.map(({ id, title, popularity, year }) => ({ id, text: title, rank: popularity, year })),
  );
  const byName = new BruteForce(people.map(({ id, name, films: rank }) => ({ id, text: name, rank })));
  const allOf = <Value>(ids: readonly string[], values: ReadonlyMap<string, Value>): readonly Value[] =>
    ids.map((id) => values.get(id)).filter((value) => value !== undefined);

  return {
    async searchFilms(query) {
      const { ids, corrected } = byTitle.search(query.get('q') ?? '', yearOf(query));
      const { page, next } = pageOf(allOf(ids, filmOf), query, '/films');
      return answered({ version: VERSION, corrected, films: page, next });
    },
    async searchDirectors(query) {
      const { ids, corrected } = byName.search(query.get('q') ?? '');
      const { page, next } = pageOf(allOf(ids, personOf), query, '/directors');
      return answered({ version: VERSION, corrected, directors: page, next });
    },
    async film(id, query) {
      checkVersion(query);
      const film = filmOf.get(id);
      if (film === undefined) throw new ProblemError(PROBLEMS['no-such-film'], 'No film has this id.');
      return answered({ version: VERSION, film });
    },
    async director(id, query) {
      const director = personOf.get(id);
      if (director === undefined)
        throw new ProblemError(PROBLEMS['no-such-director'], 'No director has this id.');
      const theirs = allOf(byTitle.search('').ids, filmOf).filter(({ directors }) =>
        directors.some((each) => each.id === id),
      );
      const { page, next } = pageOf(theirs, query, `/directors/${id}/films`);
      return answered({ version: VERSION, director, films: page, next });
    },
  };
}

function yearOf(query: URLSearchParams): number | undefined {
  const year = query.get('year');
  if (year === null) return undefined;
  if (/^(1[89]|2[01])\d\d$/.test(year)) return Number(year);
  throw new ProblemError(PROBLEMS['invalid-query'], 'year must be a whole number from 1800 to 2200.');
}

function answered<Answer>(answer: Answer): Answered<Answer> {
  return { answer, answeredBy: 'replica-2' };
}

function peopleOf(films: readonly Film[]): readonly PersonEntry[] {
  const people = new Map<string, PersonEntry>();
  for (const { id, name } of films.flatMap(({ directors }) => directors))
    people.set(id, { id, name, films: (people.get(id)?.films ?? 0) + 1 });
  return [...people.values()];
}

function pageOf<Value>(entries: readonly Value[], query: URLSearchParams, path: string) {
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
    page: entries.slice(start, end),
    next: end < entries.length ? `${path}?${parameters}` : null,
  };
}

function checkVersion(query: URLSearchParams): void {
  const at = query.get('at');
  if (at !== null && Number(at) !== VERSION)
    throw new ProblemError(PROBLEMS['version-gone'], `Version ${at} is not kept, or never was.`);
}
