import type { RequestListener } from 'node:http';
import {
  type Answer,
  createAnswerFailure,
  createApiApp,
  createRequestIds,
  createResponder,
  refuseMethod,
} from '@caudal/common/http';
import type { Logger } from '@caudal/common/logging';
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

/** Creates the application. */
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

  return createApiApp({
    posts: new Map(MESSAGE_PATHS.map((path) => [path, postMessages(path)])),
    openApi: createOpenApiDocument(),
    apiKeys: options.apiKeys,
    rateLimitPerSecond: options.rateLimitPerSecond,
    rateAdvice: 'Retry later, or send more messages per request.',
    trustProxyHops: options.trustProxyHops,
    closing,
    paths: Object.keys(ROUTES),
    routeOf,
    answered: (route, status) => metrics.answered(route, status),
    fail,
    addRoutes(app) {
      for (const [path, methods] of Object.entries(ROUTES)) app.all(path, refuseMethod(methods));
    },
  });
}
