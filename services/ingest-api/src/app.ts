import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { errorMessage } from '@caudal/common/errors';
import type { Logger } from '@caudal/common/logging';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import { createDocs } from './http/docs.ts';
import { createFailureLog } from './http/failure-log.ts';
import { ClientGoneError, ProblemError } from './http/problem.ts';
import { createRateLimit } from './http/rate-limit.ts';
import { createRequestIds } from './http/request-id.ts';
import { createResponder } from './http/respond.ts';
import { ROUTES, routeOf } from './http/routes.ts';
import { createTakeMessages, type TakeMessagesOptions } from './messages/take-messages.ts';
import { createOpenApiDocument } from './openapi.ts';

/** What {@link createApp} works with. */
export interface AppOptions extends TakeMessagesOptions {
  readonly logger: Logger;
  /** Aborted when connections are to end after their next answer. */
  readonly closing: AbortSignal;
  readonly rateLimitPerSecond: number;
  readonly trustProxyHops: number;
}

const MESSAGE_PATHS = ['/messages', '/process'];

/** Stands in the metrics for a client that left before its request was complete. */
const CLIENT_CLOSED_REQUEST = 499;

/** A request handler that answers whatever happens. */
type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * The application: posts by the shortest way, past Express's routing (a quarter of their CPU time), everything that may
 * take its time by Express. Under a rate limit posts go by Express too, which knows the caller's address behind proxies.
 */
export function createApp(options: AppOptions): RequestListener {
  const { metrics, logger, closing } = options;
  const responder = createResponder(createRequestIds(), closing);
  const takeMessages = createTakeMessages(options);
  // Two bounds: a flood of bad requests must not hide what is wrong on this side.
  const logClientFailure = createFailureLog(logger);
  const logServerFailure = createFailureLog(logger);

  /** Answers a failed request and returns its status. */
  const fail = (
    request: IncomingMessage,
    response: ServerResponse,
    route: string,
    error: unknown,
  ): number => {
    if (error instanceof ClientGoneError) return CLIENT_CLOSED_REQUEST;
    if (response.headersSent) {
      response.destroy();
      return response.statusCode;
    }
    const problem = toProblem(error);
    const requestId = responder.problem(request, response, problem);
    const logFailure = problem.status < 500 ? logClientFailure : logServerFailure;
    logFailure(
      {
        requestId,
        method: request.method,
        route,
        status: problem.status,
        problem: problem.problem,
        ...(problem.options.reasons && { reasons: problem.options.reasons }),
        ...(problem.problem === 'internal-error' && { err: error }),
      },
      'request failed',
    );
    return problem.status;
  };

  const postMessages =
    (route: string): Answer =>
    async (request, response) => {
      const startedAt = performance.now();
      let status = 202;
      try {
        const accepted = await takeMessages(request);
        responder.accepted(request, response, JSON.stringify(accepted));
      } catch (error) {
        status = fail(request, response, route, error);
      }
      metrics.answered(route, status);
      metrics.postTook((performance.now() - startedAt) / 1_000);
    };

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.set('query parser', false);
  app.set('trust proxy', options.trustProxyHops);
  const guards = options.rateLimitPerSecond > 0 ? [createRateLimit(options)] : [];
  const posts = new Map(MESSAGE_PATHS.map((path) => [path, postMessages(path)]));
  for (const [path, post] of posts) {
    app.post(path, ...guards, (request, response) => post(request, response));
  }

  app.use((request, response, next) => {
    const route = routeOf(request.path);
    response.on('finish', () => metrics.answered(route, response.statusCode));
    if (closing.aborted) response.setHeader('Connection', 'close');
    next();
  });
  app.use(createDocs(createOpenApiDocument()));
  for (const [path, methods] of Object.entries(ROUTES)) app.all(path, refuseMethod(methods));
  app.use(() => {
    throw new ProblemError('not-found', `Try ${Object.keys(ROUTES).join(', ')}.`);
  });
  const onError: ErrorRequestHandler = (error, request, response, _next) => {
    fail(request, response, routeOf(request.path), error);
  };
  app.use(onError);
  if (guards.length > 0) return app;
  return (request, response) => {
    const post = request.method === 'POST' ? posts.get(request.url ?? '') : undefined;
    if (post) void post(request, response);
    else app(request, response);
  };
}

function refuseMethod(methods: readonly string[]): RequestHandler {
  const allow = [...methods, 'OPTIONS'].join(', ');
  return (request, response) => {
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { Allow: allow }).end();
      return;
    }
    throw new ProblemError('method-not-allowed', `This path takes ${allow}.`, { headers: { Allow: allow } });
  };
}

/** Errors of Express itself (a path that cannot be decoded, a range that cannot be met) say their status. */
function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  if (status === 404 || status === 403) return new ProblemError('not-found', 'There is no such file.');
  if (status >= 400 && status < 500) return new ProblemError('bad-request', errorMessage(error));
  return new ProblemError('internal-error', 'The log has more about it under the request id.');
}
