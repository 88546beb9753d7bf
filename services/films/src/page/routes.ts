import { ProblemError, refuseMethod, servePage } from '@caudal/common/http';
import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express';
import type { FilmQuestions } from './questions.ts';
import { failureOf, renderFailure } from './render/failure.ts';
import { queryOf, type Root } from './render/links.ts';
import { searchPage } from './render/search-page.ts';
import type { Shown } from './show.ts';
import { showDirector } from './show-director.ts';
import { showFilm } from './show-film.ts';
import { searchOf, showSearch } from './show-search.ts';
import { readTemplate } from './template.ts';

/** Routes of the page: path templates with their methods. */
export const PAGE_ROUTES = {
  '/': ['GET', 'HEAD'],
  '/film/{id}': ['GET', 'HEAD'],
  '/director/{id}': ['GET', 'HEAD'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Nothing inline, nothing from elsewhere; forms are sent to the service itself, so that the page works without its script. */
const POLICY = [
  "default-src 'none'",
  ...['script-src', 'style-src', 'img-src', 'font-src', 'connect-src', 'form-action'].map(
    (directive) => `${directive} 'self'`,
  ),
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Shows what a request asks for. */
type Show = (questions: FilmQuestions, root: Root, request: Request<{ id: string }>) => Promise<Shown>;

/** What the page is made from. */
export interface PageOptions {
  readonly questions: FilmQuestions;
  /** Directory of the built page; without it the page has no style and no script. */
  readonly pageDirectory: string;
  /** What a request for a page goes through first, such as a limit of requests. */
  readonly limits: readonly RequestHandler[];
}

/**
 * Makes the routes of the page: films and directors as HTML, and the files that the page loads. A refusal is a page, too, with the status
 * and the headers that the API gives it.
 */
export function createPage({ questions, pageDirectory, limits }: PageOptions): Router {
  const fill = readTemplate(pageDirectory);
  const router = Router({ caseSensitive: true, strict: true });
  const addPage = (path: string, root: Root, show: Show): void => {
    const onRequest: RequestHandler<{ id: string }> = async (request, response) =>
      send(response, 200, fill({ root, ...(await show(questions, root, request)) }));
    const onError: ErrorRequestHandler = (error, request, response, next) => {
      if (!(error instanceof ProblemError)) {
        next(error);
        return;
      }
      response.set(error.headers);
      send(response, error.status, fill({ root, ...refused(root, request, error) }));
    };
    router.get(path, ...limits, onRequest, onError);
  };
  addPage('/', './', showSearch);
  addPage('/film/:id', '../', showFilm);
  addPage('/director/:id', '../', showDirector);
  for (const [template, methods] of Object.entries(PAGE_ROUTES))
    router.all(template.replace('{id}', ':id'), refuseMethod(methods));
  // The built page is a template: it is of no use as it is.
  router.get('/index.html', (_request, response) => response.redirect(308, './'));
  router.use(servePage(pageDirectory, '', refuseMethod(PAGE_ROUTES['/'])));
  return router;
}

/** The page of a refusal, with fields for another search. */
function refused(root: Root, request: Request, { status, message }: ProblemError): Shown {
  const query = searchOf(request);
  const failure = failureOf(root, { status, detail: message }, query, queryOf(request.originalUrl));
  return {
    title: failure.title,
    main: searchPage(root, query, renderFailure(failure)),
    facts: undefined,
  };
}

function send(response: Response, status: number, page: string): void {
  response
    .status(status)
    .set({ 'Content-Security-Policy': POLICY, 'Cache-Control': status === 200 ? 'no-cache' : 'no-store' })
    .type('html')
    .send(page);
}
