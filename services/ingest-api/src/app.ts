import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import {
  createAnswerFailure,
  createDocs,
  createRateLimit,
  createRequestIds,
  createResponder,
  ProblemError,
  refuseMethod,
} from '@caudal/common/http';
import type { Logger } from '@caudal/common/logging';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
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
  const fail = createAnswerFailure(responder, logger);

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
