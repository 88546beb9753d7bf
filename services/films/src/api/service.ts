import { setTimeout as sleep } from 'node:timers/promises';
import { createApiKeys, createHttpServer, createLoadShedder, ProblemError } from '@caudal/common/http';
import { createOperationsServer, type Lifecycle } from '@caudal/common/lifecycle';
import type { Logger } from '@caudal/common/logging';
import type { Registry } from '@caudal/common/metrics';
import type { RunningFilmReader } from '../replicas/create-film-reader.ts';
import { createApp } from './app.ts';
import type { ApiConfig } from './config.ts';
import { createFilmMetrics } from './metrics.ts';
import { PROBLEMS } from './problems.ts';
import { createAnswerCache } from './questions/answer-cache.ts';
import { createAnswers } from './questions/answers.ts';
import { OTHER_ROUTE } from './routes.ts';

/** Dependencies and settings of {@link startService}. */
export interface ServiceOptions {
  readonly config: ApiConfig;
  readonly reader: RunningFilmReader;
  /** Has the metrics of the reader already. */
  readonly registry: Registry;
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
  /** Time for busy connections to receive `Connection: close` with an answer, ms. Default: 250. */
  readonly goodbyeMs?: number;
}

/** Ports the service listens on. */
export interface ServicePorts {
  readonly port: number;
  readonly operationsPort: number;
}

/** Longer than a busy connection's pause between two requests, yet short for a shutdown. */
const GOODBYE_MS = 250;

/**
 * Starts the API. It listens immediately, and is ready as soon as a server has films. Registers its shutdown steps with the lifecycle.
 */
export async function startService(options: ServiceOptions): Promise<ServicePorts> {
  const { config, reader, registry, lifecycle, logger } = options;
  const { limits } = config;
  const metrics = createFilmMetrics(registry);
  const closing = new AbortController();
  const loadShedder = createLoadShedder({
    maxEventLoopDelayMs: limits.maxEventLoopDelayMs,
    refusal: () =>
      new ProblemError(PROBLEMS.overloaded, 'This process is overloaded. Retry later.', {
        retryAfterSeconds: 1,
      }),
  });
  const app = createApp({
    answers: createAnswers({ reader, cache: createAnswerCache(config.cacheBytes), metrics }),
    apiKeys: createApiKeys(config.apiKeys),
    loadShedder,
    metrics,
    logger,
    closing: closing.signal,
    rateLimitPerSecond: limits.rateLimitPerSecond,
    trustProxyHops: config.http.trustProxyHops,
    pageDirectory: config.pageDirectory,
  });
  const server = createHttpServer(app, {
    ...config.http,
    maxConnections: limits.maxConnections,
    maxBodyBytes: limits.maxBodyBytes,
    onProtocolError: (status) => metrics.answered(OTHER_ROUTE, status, 0),
  });
  const operations = createOperationsServer({
    registry,
    checks: () => ({
      films: reader.isReady() ? { ok: true } : { ok: false, detail: reader.unreadyReason() ?? 'not ready' },
    }),
    stopping: lifecycle.stopping,
  });

  lifecycle.onStop('pre-stop delay', () => sleep(config.preStopDelayMs));
  lifecycle.onStop('HTTP server', () => {
    closing.abort();
    return server.close({
      goodbyeMs: options.goodbyeMs ?? GOODBYE_MS,
      deadlineMs: config.reader.readDeadlineMs + 2_000,
    });
  });
  lifecycle.onStop('servers of films', () => reader.close());
  lifecycle.onStop('load shedder', () => loadShedder.close());
  lifecycle.onStop('operations server', () => operations.close());

  reader.start();
  const operationsPort = await operations.listen(config.operations.host, config.operations.port);
  const port = await server.listen(config.http.host, config.http.port);
  logger.info({ port, operationsPort }, 'listening');
  return { port, operationsPort };
}
