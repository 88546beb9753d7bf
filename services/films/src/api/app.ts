import type { RequestListener } from 'node:http';
import {
  type ApiKeys,
  CONTENT_POLICY,
  createAnswerFailure,
  createApiApp,
  createRequestIds,
  createResponder,
  type LoadShedder,
  refuseMethod,
} from '@caudal/common/http';
import type { Logger } from '@caudal/common/logging';
import type { Express, RequestHandler } from 'express';
import helmet from 'helmet';
import { createPage, PAGE_ROUTES } from '../page/routes.ts';
import { createHandlers } from './handlers.ts';
import type { FilmMetrics } from './metrics.ts';
import { createOpenApiDocument } from './openapi.ts';
import { createPageQuestions } from './page-questions.ts';
import type { Answers } from './questions/answers.ts';
import { ROUTES, routeOf } from './routes.ts';

/** Dependencies and settings of {@link createApp}. */
export interface AppOptions {
  readonly answers: Answers;
  readonly apiKeys: ApiKeys;
  readonly loadShedder: Pick<LoadShedder, 'assertCalm'>;
  readonly metrics: FilmMetrics;
  readonly logger: Logger;
  /** Aborted when connections must close after their next response. */
  readonly closing: AbortSignal;
  readonly rateLimitPerSecond: number;
  readonly trustProxyHops: number;
  /** Directory of the built page. */
  readonly pageDirectory: string;
}

/** Creates the application. */
export function createApp(options: AppOptions): RequestListener {
  const { metrics, logger, closing } = options;
  const responder = createResponder(createRequestIds(), closing);
  const app = createApiApp({
    posts: new Map(),
    openApi: createOpenApiDocument(),
    apiKeys: options.apiKeys,
    rateLimitPerSecond: options.rateLimitPerSecond,
    rateAdvice: 'Retry later.',
    trustProxyHops: options.trustProxyHops,
    closing,
    paths: Object.keys(ROUTES),
    routeOf,
    // Counted below, with the time.
    answered: () => undefined,
    fail: createAnswerFailure(responder, logger),
    addRoutes: (express, guards) => addRoutes(express, guards, options),
  });
  return (request, response) => {
    const startedAt = performance.now();
    const [path = ''] = (request.url ?? '').split('?', 1);
    response.once('finish', () =>
      metrics.answered(routeOf(path), response.statusCode, (performance.now() - startedAt) / 1_000),
    );
    app(request, response);
  };
}

function addRoutes(app: Express, guards: readonly RequestHandler[], options: AppOptions): void {
  const { answers, loadShedder, pageDirectory } = options;
  app.use(helmet({ strictTransportSecurity: false, contentSecurityPolicy: CONTENT_POLICY }));
  const limits: readonly RequestHandler[] = [
    ...guards,
    (_request, _response, next) => {
      loadShedder.assertCalm();
      next();
    },
  ];
  for (const [path, handler] of Object.entries(createHandlers(answers))) app.get(path, ...limits, handler);
  for (const [template, methods] of Object.entries(ROUTES)) {
    if (!Object.hasOwn(PAGE_ROUTES, template)) app.all(toPattern(template), refuseMethod(methods));
  }
  app.use(createPage({ questions: createPageQuestions(answers), pageDirectory, limits }));
}

const toPattern = (template: string): string => template.replace('{id}', ':id');
