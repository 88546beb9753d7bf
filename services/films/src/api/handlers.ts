import { AppError, errorMessage } from '@caudal/common/errors';
import { ProblemError } from '@caudal/common/http';
import type { Request, RequestHandler, Response } from 'express';
import { VersionGoneError } from '../replicas/film-reader.ts';
import { PROBLEMS } from './problems.ts';
import type { Answer, Answers } from './questions/answers.ts';
import {
  type Question,
  readDirectorQuestion,
  readDirectorsQuestion,
  readFilmQuestion,
  readFilmsQuestion,
} from './questions/questions.ts';

/** Each use asks whether there is a newer version, which costs no read. */
const CURRENT = 'public, max-age=0, must-revalidate';
/** For a day: an answer of a version never changes. */
const OF_A_VERSION = 'public, max-age=86400, immutable';

/** Handlers of the routes that answer JSON. */
export function createHandlers(answers: Answers): Readonly<Record<string, RequestHandler<{ id: string }>>> {
  const answering =
    <Asked extends Question>(
      read: (request: Request<{ id: string }>) => Asked,
      ask: (question: Asked) => Promise<Answer<unknown>>,
    ): RequestHandler<{ id: string }> =>
    async (request, response) => {
      const question = read(request);
      const expected = answers.tagOf(question);
      if (expected !== undefined && isKnown(request, expected)) {
        addHeaders(response, question, expected).status(304).end();
        return;
      }
      const { tag, json, answeredBy } = await available(question, ask(question));
      addHeaders(response, question, tag).setHeader('Caudal-Answered-By', answeredBy);
      if (isKnown(request, tag)) response.status(304).end();
      else response.type('application/json').send(json);
    };

  return {
    '/films': answering(
      (request) => readFilmsQuestion(parametersOf(request)),
      (question) => answers.films(question),
    ),
    '/films/:id': answering(
      (request) => readFilmQuestion(idOf(request.params.id, 'no-such-film'), parametersOf(request)),
      (question) => answers.film(question),
    ),
    '/directors': answering(
      (request) => readDirectorsQuestion(parametersOf(request)),
      (question) => answers.directors(question),
    ),
    '/directors/:id/films': answering(
      (request) => readDirectorQuestion(idOf(request.params.id, 'no-such-director'), parametersOf(request)),
      (question) => answers.director(question),
    ),
  };
}

function parametersOf({ url }: { readonly url: string }): URLSearchParams {
  const start = url.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : url.slice(start));
}

const ID = /^\w{1,64}$/;

/** An id of a path. @throws ProblemError for what is no id, and so nothing's */
export function idOf(id: string, problem: 'no-such-film' | 'no-such-director'): string {
  if (ID.test(id)) return id;
  throw new ProblemError(
    PROBLEMS[problem],
    'An id has letters and digits only, as in the answers of this API.',
  );
}

/** Translates the errors of an answer. @throws ProblemError for those that a client can deal with */
export async function available<T>(question: Pick<Question, 'at'>, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof VersionGoneError && question.at !== undefined)
      throw new ProblemError(
        PROBLEMS['version-gone'],
        `Version ${error.version} is not kept, or never was. Leave out "at" and "cursor" to search the current one.`,
      );
    if (error instanceof VersionGoneError || (error instanceof AppError && error.retriable))
      throw new ProblemError(PROBLEMS['films-unavailable'], 'No server answered in time. Retry later.', {
        retryAfterSeconds: 1,
        reasons: [errorMessage(error)],
      });
    throw error;
  }
}

function addHeaders(response: Response, { at }: Question, tag: string): Response {
  response.setHeader('ETag', tag);
  response.setHeader('Cache-Control', at === undefined ? CURRENT : OF_A_VERSION);
  return response;
}

/** Whether the client has the answer already, by its If-None-Match. */
function isKnown(request: Request<{ id: string }>, tag: string): boolean {
  const given = request.headers['if-none-match'];
  if (given === undefined) return false;
  return given.split(',').some((part) => [tag, `W/${tag}`, '*'].includes(part.trim()));
}
