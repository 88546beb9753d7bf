import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProblemError } from '@caudal/common/http';
import express, { type ErrorRequestHandler, type Request, type RequestHandler } from 'express';
import type { Answered, FilmQuestions } from '../../../src/page/questions.ts';
import { createPage } from '../../../src/page/routes.ts';

/** A service that has the page, and the answers that its script asks for. */
export interface PageApp {
  /** Without a slash at its end. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves the page of these questions on a port of this machine. */
export async function runPage(
  questions: FilmQuestions,
  pageDirectory: string,
  limits: readonly RequestHandler[] = [],
): Promise<PageApp> {
  const app = express();
  app.set('query parser', false);
  const parameters = (request: Request): URLSearchParams =>
    new URL(request.url, 'http://localhost').searchParams;
  const json =
    (ask: (query: URLSearchParams) => Promise<Answered<unknown>>): RequestHandler =>
    async (request, response) => {
      const { answer, answeredBy } = await ask(parameters(request));
      response.set('Caudal-Answered-By', answeredBy).json(answer);
    };
  app.get(
    '/films',
    json((query) => questions.searchFilms(query)),
  );
  app.get(
    '/directors',
    json((query) => questions.searchDirectors(query)),
  );
  app.use(createPage({ questions, pageDirectory, limits }));
  const onError: ErrorRequestHandler = (error, _request, response, _next) => {
    if (error instanceof ProblemError)
      response
        .status(error.status)
        .set(error.headers)
        .type('application/problem+json')
        .send(error.toDocument());
    else response.status(500).json({ title: 'Internal error' });
  };
  app.use(onError);
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
