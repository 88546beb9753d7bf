import { ProblemError, refuseMethod, servePage } from '@caudal/common/http';
import { type Request, type RequestHandler, type Response, Router } from 'express';
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

/** What the page is made from. */
export interface PageOptions {
  readonly questions: FilmQuestions;
  /** Directory of the built page; without it the page has no style and no script. */
  readonly pageDirectory: string;
}

/** Makes the routes of the page: films and directors as HTML, and the files that the page loads. */
export function createPage({ questions, pageDirectory }: PageOptions): Router {
  const fill = readTemplate(pageDirectory);
  const page =
    <Parameters>(
      root: Root,
      show: (questions: FilmQuestions, root: Root, request: Request<Parameters>) => Promise<Shown>,
    ): RequestHandler<Parameters> =>
    async (request, response) => {
      try {
        send(response, 200, fill({ root, ...(await show(questions, root, request)) }));
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        response.set(error.headers);
        send(response, error.status, fill({ root, ...refused(root, request, error) }));
      }
    };
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/', page('./', showSearch));
  router.get('/film/:id', page('../', showFilm));
  router.get('/director/:id', page('../', showDirector));
  for (const [template, methods] of Object.entries(PAGE_ROUTES))
    router.all(template.replace('{id}', ':id'), refuseMethod(methods));
  // The built page is a template: it is of no use as it is.
  router.get('/index.html', (_request, response) => response.redirect(308, './'));
  router.use(servePage(pageDirectory, '', refuseMethod(PAGE_ROUTES['/'])));
  return router;
}

/** The page of a refusal, with fields for another search. */
function refused<Parameters>(
  root: Root,
  request: Request<Parameters>,
  { status, message }: ProblemError,
): Shown {
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
