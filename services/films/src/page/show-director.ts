import type { Request } from 'express';
import type { FilmQuestions } from './questions.ts';
import { directorPage } from './render/director-page.ts';
import type { Root } from './render/links.ts';
import { parametersOf, type Shown } from './show.ts';

/** Shows a director's films. */
export async function showDirector(
  questions: FilmQuestions,
  root: Root,
  request: Request<{ id: string }>,
): Promise<Shown> {
  const startedAt = performance.now();
  const query = parametersOf(request, ['cursor', 'at']);
  const { answer, answeredBy } = await questions.director(request.params.id, query);
  return {
    title: answer.director.name,
    main: directorPage(root, answer),
    facts: { answeredBy, tookMs: performance.now() - startedAt, version: answer.version },
  };
}
