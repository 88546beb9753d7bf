import type { Request } from 'express';
import type { FilmQuestions } from './questions.ts';
import { filmPage, type OtherFilms } from './render/film-page.ts';
import type { Root } from './render/links.ts';
import { answerOrNone, parametersOf, type Shown } from './show.ts';

/** Directors whose other films are shown: a film of many short films has forty. */
const MOST_DIRECTORS = 3;
/** Films of each, with the one that is shown. */
const MOST_FILMS = '7';

/** Shows a film, and its directors' other films of the same version. */
export async function showFilm(
  questions: FilmQuestions,
  root: Root,
  request: Request<{ id: string }>,
): Promise<Shown> {
  const startedAt = performance.now();
  const { answer, answeredBy } = await questions.film(request.params.id, parametersOf(request, ['at']));
  const { film, version } = answer;
  const tookMs = performance.now() - startedAt;
  const others = film.directors.slice(0, MOST_DIRECTORS).map(async (director): Promise<OtherFilms> => {
    const query = new URLSearchParams({ limit: MOST_FILMS, at: String(version) });
    const found = await answerOrNone(questions.director(director.id, query));
    return { director, answer: found?.answer };
  });
  const { title, year } = film;
  return {
    title: year === null ? title : `${title} (${year})`,
    main: filmPage(root, film, await Promise.all(others)),
    facts: { answeredBy, tookMs, version },
  };
}
