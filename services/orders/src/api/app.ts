import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import {
  CONTENT_POLICY,
  createAnswerFailure,
  createDocs,
  createRateLimit,
  createRequestIds,
  createResponder,
  ProblemError,
  refuseMethod,
  servePage,
} from '@caudal/common/http';
import type { Logger } from '@caudal/common/logging';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Catalogue } from '../catalogue/index.ts';
import { gamesHandler } from './games/games-handler.ts';
import { linksPage } from './http/links-page.ts';
import { createOpenApiDocument } from './openapi.ts';
import { createTakeOrder, FORM_FORMAT, JSON_FORMAT, type TakeOrderOptions } from './orders/take-order.ts';
import { PROBLEMS } from './problems.ts';
import { ROUTES, type Route, routeOf } from './routes.ts';
import {
  cancelHandler,
  eventsHandler,
  firstApiHandler,
  type StatusAccess,
  statusHandler,
} from './status/status-handlers.ts';

/** Dependencies and settings of {@link createApp}. */
export interface AppOptions extends TakeOrderOptions {
  readonly catalogue: Catalogue;
  readonly status: StatusAccess;
  readonly logger: Logger;
  /** Aborted when connections must close after their next response. */
  readonly closing: AbortSignal;
  readonly rateLimitPerSecond: number;
  readonly trustProxyHops: number;
  /** Directory of the built page; without it there is a page of links. */
  readonly pageDirectory: string;
  /** Public URL of the mailbox's page; undefined: there is none. */
  readonly mailboxUrl: string | undefined;
}

/** What the shop's first API answered. */
const FORM_ANSWER = 'Transaccion enviada!';

/** A request handler that always responds, even after errors. */
type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Creates the application. Orders bypass Express's routing, which would cost a good part of their CPU time; all other requests use
 * Express. With a rate limit orders use Express too, because it knows the caller's address behind proxies.
 */
export function createApp(options: AppOptions): RequestListener {
  const { metrics, logger, closing, status } = options;
  const responder = createResponder(createRequestIds(), closing);
  const fail = createAnswerFailure(responder, logger);

  const postOrder =
    (
      route: Route,
      takeOrder: ReturnType<typeof createTakeOrder>,
      answer: (request: IncomingMessage, response: ServerResponse, location: string, id: string) => void,
    ): Answer =>
    async (request, response) => {
      const startedAt = performance.now();
      let code = 202;
      try {
        const id = await takeOrder(request);
        answer(request, response, `/orders/${id}`, id);
      } catch (error) {
        code = fail(request, response, route, error);
      }
      metrics.answered(route, code);
      metrics.orderTook((performance.now() - startedAt) / 1_000);
    };

  const posts = new Map<string, Answer>([
    [
      '/orders',
      postOrder('/orders', createTakeOrder(options, JSON_FORMAT), (request, response, location, id) =>
        responder.accepted(request, response, `{"id":"${id}","estado":"aceptado","url":"${location}"}`, {
          location,
        }),
      ),
    ],
    [
      '/',
      postOrder('/', createTakeOrder(options, FORM_FORMAT), (request, response, location) =>
        responder.accepted(request, response, FORM_ANSWER, {
          location,
          contentType: 'text/plain; charset=utf-8',
        }),
      ),
    ],
  ]);

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.set('query parser', false);
  app.set('trust proxy', options.trustProxyHops);
  const guards = options.rateLimitPerSecond > 0 ? [limitRate(options)] : [];
  for (const [path, post] of posts) {
    app.post(path, ...guards, (request, response) => post(request, response));
  }

  app.use((request, response, next) => {
    const route = routeOf(request.path);
    response.on('finish', () => metrics.answered(route, response.statusCode));
    if (closing.aborted) response.setHeader('Connection', 'close');
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  app.use(createDocs(createOpenApiDocument()));
  app.use(helmet({ strictTransportSecurity: false, contentSecurityPolicy: CONTENT_POLICY }));
  app.get('/orders/:id', statusHandler(status));
  app.get('/orders/:id/events', eventsHandler(status));
  app.post('/orders/:id/cancel', ...guards, authenticate(options), cancelHandler(status));
  app.get('/games', gamesHandler(options.catalogue));
  app.get('/page.json', (_request, response) => {
    response.json({ mailboxUrl: options.mailboxUrl ?? null });
  });
  app.get('/', firstApiHandler(status));
  for (const [template, methods] of Object.entries(ROUTES)) {
    if (template !== '/') app.all(template.replace('{id}', ':id'), refuseMethod(methods));
  }
  app.use(servePage(options.pageDirectory, linksPage(), refuseMethod(ROUTES['/'])));
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

function authenticate({ apiKeys }: AppOptions): RequestHandler {
  return (request, _response, next) => {
    apiKeys.authenticate(request);
    next();
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
        `At most ${perSecond} requests per second. Retry later.`,
        {
          retryAfterSeconds,
        },
      ),
  });
}
