import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { AnswerFailure } from './answer-failure.ts';
import type { ApiKeys } from './api-keys.ts';
import { createDocs } from './docs.ts';
import { ProblemError } from './problem.ts';
import { PROBLEMS } from './problems.ts';
import { createRateLimit } from './rate-limit.ts';

/** A request handler that always responds, even after errors. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What APIs differ in. */
export interface ApiAppOptions {
  /** Handlers of POSTs by path. They record their own metrics. */
  readonly posts: ReadonlyMap<string, Answer>;
  readonly openApi: Parameters<typeof createDocs>[0];
  readonly apiKeys: ApiKeys;
  /** Maximum requests per second of a caller; 0: no limit. */
  readonly rateLimitPerSecond: number;
  /** The end of the refusal beyond that: what the client can do. */
  readonly rateAdvice: string;
  readonly trustProxyHops: number;
  /** Aborted when connections must close after their next response. */
  readonly closing: AbortSignal;
  /** Paths that a 404 names. */
  readonly paths: readonly string[];
  /** Maps a path to its template. */
  routeOf(path: string): string;
  /** Counts a response. */
  answered(route: string, status: number): void;
  readonly fail: AnswerFailure;
  /** Adds everything else. @param guards handlers that limit callers */
  addRoutes(app: Express, guards: readonly RequestHandler[]): void;
}

/**
 * Creates an API. Its POSTs bypass Express's routing, which would cost a quarter of their CPU time; all other requests use Express.
 * With a rate limit POSTs use Express too, because it knows the caller's address behind proxies.
 */
export function createApiApp(options: ApiAppOptions): RequestListener {
  const { posts, closing, paths, routeOf, answered, fail } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.set('query parser', false);
  app.set('trust proxy', options.trustProxyHops);
  const guards = options.rateLimitPerSecond > 0 ? [limitRate(options)] : [];
  for (const [path, post] of posts) app.post(path, ...guards, (request, response) => post(request, response));

  app.use((request, response, next) => {
    const route = routeOf(request.path);
    response.on('finish', () => answered(route, response.statusCode));
    if (closing.aborted) response.setHeader('Connection', 'close');
    next();
  });
  app.use(createDocs(options.openApi));
  options.addRoutes(app, guards);
  app.use(() => {
    throw new ProblemError(PROBLEMS['not-found'], `Available paths: ${paths.join(', ')}.`);
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
function limitRate({ rateLimitPerSecond: perSecond, rateAdvice, apiKeys }: ApiAppOptions): RequestHandler {
  return createRateLimit({
    perSecond,
    callerOf: (request) => apiKeys.identify(request),
    refusal: (retryAfterSeconds) =>
      new ProblemError(
        PROBLEMS['too-many-requests'],
        `At most ${perSecond} requests per second. ${rateAdvice}`,
        { retryAfterSeconds },
      ),
  });
}
