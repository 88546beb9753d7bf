import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '@caudal/common/errors';
import {
  createApiKeys,
  createByteBudget,
  createHttpServer,
  createKeyMemory,
  createLoadShedder,
  ProblemError,
} from '@caudal/common/http';
import { createOperationsServer, type Lifecycle, type ReadinessCheck } from '@caudal/common/lifecycle';
import type { Logger } from '@caudal/common/logging';
import { createLogGroupCommit, type LogTail, type LogWriter, untilConnected } from '@caudal/common/messaging';
import { createRegistry } from '@caudal/common/metrics';
import type { Database } from '@caudal/common/postgresql';
import type { Catalogue } from '../catalogue/index.ts';
import { createApp } from './app.ts';
import type { ApiConfig } from './config.ts';
import { createOrderMetrics, type OrderMetrics } from './metrics.ts';
import { createOrderIds } from './orders/order-id.ts';
import { createRequestReader } from './orders/order-request.ts';
import { createWriteOrder } from './orders/write-order.ts';
import { PROBLEMS } from './problems.ts';
import { OTHER_ROUTE } from './routes.ts';
import { createFindOrder } from './status/find-order.ts';
import type { OrderStatuses } from './status/order-statuses.ts';
import { WatchHub } from './status/watch-hub.ts';

/** Dependencies and settings of {@link startService}. */
export interface ServiceOptions {
  readonly config: ApiConfig;
  readonly catalogue: Catalogue;
  /** Where orders are accepted to. */
  readonly writer: LogWriter;
  /** Reads how long that log is. */
  readonly tail: Pick<LogTail, 'describe' | 'close'>;
  readonly database: Pick<Database, 'connect' | 'close' | 'isReady' | 'unreadyReason'>;
  readonly statuses: OrderStatuses;
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

/** Maximum remembered keys, about 4 MB. */
const REMEMBERED_KEYS = 10_000;

/**
 * Starts the API. It listens immediately, and accepts orders as soon as it is connected to the log; the database is needed only to show
 * them. Registers its shutdown steps with the lifecycle.
 */
export async function startService(options: ServiceOptions): Promise<ServicePorts> {
  const { config, catalogue, writer, tail, database, statuses, lifecycle, logger } = options;
  const { limits } = config;
  const registry = createRegistry();
  const hub = new WatchHub({
    statuses,
    maxClients: limits.maxWatchers,
    onFailure: (error) => logger.debug(`the watched orders cannot be read: ${errorMessage(error)}`),
  });
  const commit = createLogGroupCommit(writer, {
    maxPending: limits.maxPendingOrders,
    onFlush: (seconds, _orders, error) => {
      if (error === undefined) metrics.writeTook(seconds);
    },
  });
  const metrics: OrderMetrics = createOrderMetrics(registry, {
    isReady: () => commit.isReady(),
    clients: () => hub.clients,
  });
  const closing = new AbortController();
  const loadShedder = createLoadShedder({
    maxEventLoopDelayMs: limits.maxEventLoopDelayMs,
    refusal: () =>
      new ProblemError(PROBLEMS.overloaded, 'This process is overloaded. Nothing was ordered; retry later.', {
        retryAfterSeconds: 1,
      }),
  });
  const app = createApp({
    catalogue,
    apiKeys: createApiKeys(config.apiKeys),
    loadShedder,
    byteBudget: createByteBudget(limits.maxBufferedBytes),
    maxBodyBytes: limits.maxBodyBytes,
    keyMemory: createKeyMemory({
      maxKeys: REMEMBERED_KEYS,
      refusal:
        'This Idempotency-Key was used for another order. Nothing was ordered; use a new key for a new order.',
    }),
    orderIds: createOrderIds(config.orderIdSecret),
    requests: createRequestReader({ ...config, catalogue }),
    writeOrder: createWriteOrder(commit, {
      writeTimeoutMs: config.writeTimeoutMs,
      maxPendingOrders: limits.maxPendingOrders,
    }),
    metrics,
    status: {
      findOrder: createFindOrder({
        statuses,
        describeLog: () => tail.describe(),
        partitionOf: (id) => writer.partitionOf(id),
      }),
      statuses,
      hub,
    },
    logger,
    closing: closing.signal,
    rateLimitPerSecond: limits.rateLimitPerSecond,
    trustProxyHops: config.http.trustProxyHops,
    pageDirectory: config.pageDirectory,
    mailboxUrl: config.mailboxUrl,
  });
  const server = createHttpServer(app, {
    ...config.http,
    maxConnections: limits.maxConnections,
    maxBodyBytes: limits.maxBodyBytes,
    onProtocolError: (status) => metrics.answered(OTHER_ROUTE, status),
  });
  const operations = createOperationsServer({
    registry,
    // Not the database: a pod that cannot show orders accepts them.
    checks: () => ({ [writer.broker]: readiness(writer) }),
    stopping: lifecycle.stopping,
  });

  lifecycle.onStop('pre-stop delay', () => sleep(config.preStopDelayMs));
  // Streams end only when they are closed.
  lifecycle.onStop('watched orders', () => hub.close());
  lifecycle.onStop('HTTP server', () => {
    closing.abort();
    return server.close({
      goodbyeMs: options.goodbyeMs ?? GOODBYE_MS,
      deadlineMs: config.writeTimeoutMs + 2_000,
    });
  });
  lifecycle.onStop('log', () => commit.close());
  lifecycle.onStop('tail of the log', () => tail.close());
  lifecycle.onStop('database', () => database.close());
  lifecycle.onStop('load shedder', () => loadShedder.close());
  lifecycle.onStop('operations server', () => operations.close());

  const operationsPort = await operations.listen(config.operations.host, config.operations.port);
  const port = await server.listen(config.http.host, config.http.port);
  logger.info({ port, operationsPort }, 'listening');
  const connectLog = () =>
    untilConnected(() => writer.connect(), { name: writer.broker, logger, stopping: lifecycle.stopping });
  for (const connect of [connectLog, () => database.connect()]) {
    connect().catch((error: unknown) => {
      if (!lifecycle.stopping.aborted) lifecycle.fail(error);
    });
  }
  return { port, operationsPort };
}

function readiness(writer: LogWriter): ReadinessCheck {
  return writer.isReady() ? { ok: true } : { ok: false, detail: `${writer.broker} is not connected` };
}
