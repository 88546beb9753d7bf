import { setTimeout as sleep } from 'node:timers/promises';
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
import { createIdentitySource } from '@caudal/common/message';
import {
  createGroupCommit,
  type GroupCommit,
  type MessagePublisher,
  untilConnected,
} from '@caudal/common/messaging';
import { createRegistry } from '@caudal/common/metrics';
import { createApp } from './app.ts';
import type { IngestConfig } from './config.ts';
import { PROBLEMS } from './http/problems.ts';
import { OTHER_ROUTE } from './http/routes.ts';
import { createPublishToAll } from './messages/publish-to-all.ts';
import { createIngestMetrics } from './metrics.ts';

/** Dependencies and settings of {@link startService}. */
export interface ServiceOptions {
  readonly config: IngestConfig;
  /** Brokers; every message is published to each. */
  readonly publishers: readonly MessagePublisher[];
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
  /** Time for busy connections to receive `Connection: close` with an answer, ms. Default: 250. */
  readonly goodbyeMs?: number;
}

/** Port the service listens on. */
export interface ServicePorts {
  readonly port: number;
  readonly operationsPort: number;
}

/** Longer than a busy connection's pause between two requests, yet short for a shutdown. */
const GOODBYE_MS = 250;

/** Maximum remembered keys, about 4 MB. */
const REMEMBERED_KEYS = 10_000;

/**
 * Starts the service. It listens immediately and responds with 503 (not ready) until connected to every broker.
 * Registers its shutdown steps with the lifecycle.
 */
export async function startService(options: ServiceOptions): Promise<ServicePorts> {
  const { config, publishers, lifecycle, logger } = options;
  const registry = createRegistry();
  const commits: GroupCommit[] = [];
  const metrics = createIngestMetrics(registry, commits);
  for (const publisher of publishers) {
    commits.push(
      createGroupCommit(publisher, {
        maxPending: config.limits.maxPendingMessages,
        onFlush: (seconds, _messages, error) => {
          if (error === undefined) metrics.publishTook(publisher.broker, seconds);
        },
      }),
    );
  }
  const closing = new AbortController();
  const loadShedder = createLoadShedder({
    maxEventLoopDelayMs: config.limits.maxEventLoopDelayMs,
    refusal: () =>
      new ProblemError(
        PROBLEMS.overloaded,
        'This process is overloaded. Nothing was published; retry later.',
        { retryAfterSeconds: 1 },
      ),
  });
  const app = createApp({
    apiKeys: createApiKeys(config.apiKeys),
    loadShedder,
    byteBudget: createByteBudget(config.limits.maxBufferedBytes),
    maxBodyBytes: config.limits.maxBodyBytes,
    identities: createIdentitySource(),
    keyMemory: createKeyMemory({
      maxKeys: REMEMBERED_KEYS,
      refusal:
        'This Idempotency-Key was used with other messages. Nothing was published; use a new key for new messages.',
    }),
    publishToAll: createPublishToAll(commits, {
      publishTimeoutMs: config.publishTimeoutMs,
      maxPendingMessages: config.limits.maxPendingMessages,
    }),
    metrics,
    logger,
    closing: closing.signal,
    rateLimitPerSecond: config.limits.rateLimitPerSecond,
    trustProxyHops: config.http.trustProxyHops,
  });
  const server = createHttpServer(app, {
    headersTimeoutMs: config.http.headersTimeoutMs,
    requestTimeoutMs: config.http.requestTimeoutMs,
    keepAliveTimeoutMs: config.http.keepAliveTimeoutMs,
    maxConnections: config.limits.maxConnections,
    maxBodyBytes: config.limits.maxBodyBytes,
    onProtocolError: (status) => metrics.answered(OTHER_ROUTE, status),
  });
  const operations = createOperationsServer({
    registry,
    checks: () => Object.fromEntries(commits.map((commit) => [commit.broker, readiness(commit)])),
    stopping: lifecycle.stopping,
  });

  lifecycle.onStop('pre-stop delay', () => sleep(config.preStopDelayMs));
  lifecycle.onStop('HTTP server', () => {
    closing.abort();
    return server.close({
      goodbyeMs: options.goodbyeMs ?? GOODBYE_MS,
      deadlineMs: config.publishTimeoutMs + 2_000,
    });
  });
  lifecycle.onStop('publishers', async () => {
    await Promise.all(commits.map((commit) => commit.close()));
  });
  lifecycle.onStop('load shedder', () => loadShedder.close());
  lifecycle.onStop('operations server', () => operations.close());

  const operationsPort = await operations.listen(config.operations.host, config.operations.port);
  const port = await server.listen(config.http.host, config.http.port);
  logger.info({ port, operationsPort }, 'listening');
  for (const publisher of publishers) {
    void connect(publisher, options);
  }
  return { port, operationsPort };
}

/** Connects a publisher, retrying indefinitely; a permanent error ends the process. */
async function connect(publisher: MessagePublisher, options: ServiceOptions): Promise<void> {
  const { lifecycle, logger } = options;
  const { broker: name } = publisher;
  try {
    await untilConnected(() => publisher.connect(), { name, logger, stopping: lifecycle.stopping });
    logger.info({ broker: name }, 'connected');
  } catch (error) {
    if (!lifecycle.stopping.aborted) lifecycle.fail(error);
  }
}

function readiness(commit: GroupCommit): ReadinessCheck {
  if (commit.isReady()) return { ok: true };
  return { ok: false, detail: `${commit.broker} is not connected or blocks publishers` };
}
