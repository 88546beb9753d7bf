import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { errorMessage } from '@caudal/common/errors';
import {
  ClientGoneError,
  createRateLimit,
  createRequestIds,
  createResponder,
  ProblemError,
} from '@caudal/common/http';
import type { Logger } from '@caudal/common/logging';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import { createDocs } from './http/docs.ts';
import { createFailureLog } from './http/failure-log.ts';
import { PROBLEMS } from './http/problems.ts';
import { ROUTES, routeOf } from './http/routes.ts';
import { createTakeMessages, type TakeMessagesOptions } from './messages/take-messages.ts';
import { createOpenApiDocument } from './openapi.ts';

/** Dependencies and settings of {@link createApp}. */
export interface AppOptions extends TakeMessagesOptions {
  readonly logger: Logger;
  /** Aborted when connections must close after their next response. */
  readonly closing: AbortSignal;
  readonly rateLimitPerSecond: number;
  readonly trustProxyHops: number;
}

const MESSAGE_PATHS = ['/messages', '/process'];

/** Metrics status for a client that disconnected before its request was complete. */
const CLIENT_CLOSED_REQUEST = 499;

/** A request handler that always responds, even after errors. */
type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Creates the application. POSTs bypass Express's routing, which would cost a quarter of their CPU time; all other
 * requests use Express. With a rate limit POSTs use Express too, because it knows the caller's address behind proxies.
 */
export function createApp(options: AppOptions): RequestListener {
  const { metrics, logger, closing } = options;
  const responder = createResponder(createRequestIds(), closing);
  const takeMessages = createTakeMessages(options);
  // Separate limits: a flood of bad requests must not hide errors of the service.
  const logClientFailure = createFailureLog(logger);
  const logServerFailure = createFailureLog(logger);

  /** Responds to a failed request and returns the status. */
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
  const guards = options.rateLimitPerSecond > 0 ? [limitRate(options)] : [];
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
    throw new ProblemError(PROBLEMS['not-found'], `Available paths: ${Object.keys(ROUTES).join(', ')}.`);
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

/** Callers are known by their API key, or by their address. */
function limitRate({ rateLimitPerSecond: perSecond, apiKeys }: AppOptions): RequestHandler {
  return createRateLimit({
    perSecond,
    callerOf: (request) => apiKeys.identify(request),
    refusal: (retryAfterSeconds) =>
      new ProblemError(
        PROBLEMS['too-many-requests'],
        `At most ${perSecond} requests per second. Retry later, or send more messages per request.`,
        { retryAfterSeconds },
      ),
  });
}

function refuseMethod(methods: readonly string[]): RequestHandler {
  const allow = [...methods, 'OPTIONS'].join(', ');
  return (request, response) => {
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { Allow: allow }).end();
      return;
    }
    throw new ProblemError(PROBLEMS['method-not-allowed'], `Allowed methods: ${allow}.`, {
      headers: { Allow: allow },
    });
  };
}

/** Maps Express's own errors (an undecodable path, an unsatisfiable range) by their status. */
function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  if (status === 404 || status === 403) return new ProblemError(PROBLEMS['not-found'], 'File not found.');
  if (status >= 400 && status < 500) return new ProblemError(PROBLEMS['bad-request'], errorMessage(error));
  return new ProblemError(PROBLEMS['internal-error'], 'See the log entry with this request ID.');
}
