import type { Request } from 'express';
import type { FilmQuestions } from './questions.ts';
import type { Root, SearchQuery } from './render/links.ts';
import { renderResults } from './render/results.ts';
import { searchPage } from './render/search-page.ts';
import { titleOf } from './render/titles.ts';
import { answerOrNone, parametersOf, type Shown } from './show.ts';

const NAMES = ['q', 'year', 'cursor', 'at'];
/** Most directors beside the films of a search. */
const MOST_DIRECTORS = '6';

/** What a request for the search page asks for. */
export function searchOf(request: Pick<Request, 'originalUrl'>): SearchQuery {
  const parameters = parametersOf(request, NAMES);
  return { q: parameters.get('q') ?? '', year: parameters.get('year') ?? '' };
}

/** Shows what a search finds. */
export async function showSearch(questions: FilmQuestions, root: Root, request: Request): Promise<Shown> {
  const query = searchOf(request);
  const parameters = parametersOf(request, NAMES);
  const isContinued = parameters.has('cursor');
  const startedAt = performance.now();
  const [films, directors] = await Promise.all([
    questions.searchFilms(parameters),
    query.q.trim() === '' || isContinued
      ? undefined
      : answerOrNone(questions.searchDirectors(new URLSearchParams({ q: query.q, limit: MOST_DIRECTORS }))),
  ]);
  const tookMs = performance.now() - startedAt;
  const { answer, answeredBy } = films;
  const found = { query, films: answer, directors: directors?.answer, isContinued };
  return {
    title: titleOf(query),
    main: searchPage(root, query, renderResults(root, found)),
    facts: { answeredBy, tookMs, version: answer.version },
  };
}
