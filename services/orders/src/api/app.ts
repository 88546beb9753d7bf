import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import {
  type Answer,
  CONTENT_POLICY,
  createAnswerFailure,
  createApiApp,
  createRequestIds,
  createResponder,
  refuseMethod,
  servePage,
} from '@caudal/common/http';
import type { Logger } from '@caudal/common/logging';
import type { Express, RequestHandler } from 'express';
import helmet from 'helmet';
import type { Catalogue } from '../catalogue/index.ts';
import { gamesHandler } from './games/games-handler.ts';
import { linksPage } from './http/links-page.ts';
import { createOpenApiDocument } from './openapi.ts';
import { createTakeOrder, FORM_FORMAT, JSON_FORMAT, type TakeOrderOptions } from './orders/take-order.ts';
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

/** Creates the application. */
export function createApp(options: AppOptions): RequestListener {
  const { metrics, logger, closing } = options;
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

  return createApiApp({
    posts,
    openApi: createOpenApiDocument(),
    apiKeys: options.apiKeys,
    rateLimitPerSecond: options.rateLimitPerSecond,
    rateAdvice: 'Retry later.',
    trustProxyHops: options.trustProxyHops,
    closing,
    paths: Object.keys(ROUTES),
    routeOf,
    answered: (route, code) => metrics.answered(route, code),
    fail,
    addRoutes: (app, guards) => addRoutes(app, guards, options),
  });
}

function addRoutes(app: Express, guards: readonly RequestHandler[], options: AppOptions): void {
  const { status } = options;
  app.use((_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
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
}

function authenticate({ apiKeys }: AppOptions): RequestHandler {
  return (request, _response, next) => {
    apiKeys.authenticate(request);
    next();
  };
}
