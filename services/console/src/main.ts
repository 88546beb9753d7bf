import { createHttpServer } from '@caudal/common/http';
import { createOperationsServer, Lifecycle, runMain } from '@caudal/common/lifecycle';
import { createLogger } from '@caudal/common/logging';
import { createBacklogReader, createDeadLetterReader } from '@caudal/common/messaging';
import { createRegistry } from '@caudal/common/metrics';
import { createStore } from '@caudal/common/stores';
import { createApp } from './app.ts';
import { parseConsoleConfig } from './config.ts';
import { createLaneReader } from './lanes/lane-reader.ts';
import { createLaneGauges, pollLanes } from './lanes/poll.ts';
import { availabilityOf, createLive } from './live/create-live.ts';
import { createScaleAccess } from './scale/create-scaler.ts';
import { LaneWatch } from './stream/lane-watch.ts';
import { createPrometheus } from './stream/prometheus.ts';
import { StreamHub } from './stream/stream-hub.ts';

runMain(async () => {
  const config = parseConsoleConfig(process.env);
  const logger = createLogger('console', config.logLevel);
  const lifecycle = new Lifecycle({ logger, drainTimeoutMs: config.drainTimeoutMs });
  lifecycle.handleSignals();

  const readers = await Promise.all(
    config.lanes.map(async ({ lane, countries, broker, store }) =>
      createLaneReader({
        lane,
        countries,
        store: await createStore(store.name, store.settings, logger),
        backlog: await createBacklogReader(broker, { logger }),
        logger,
        readTimeoutMs: config.readTimeoutMs,
        auditTimeoutMs: config.auditTimeoutMs,
        stopping: lifecycle.stopping,
      }),
    ),
  );
  const registry = createRegistry();
  const live = await createLive(config, registry, logger);
  const prometheus =
    config.prometheusUrl === undefined
      ? undefined
      : createPrometheus(config.prometheusUrl, config.readTimeoutMs, config.prometheusScope);
  const deadLetters = new Map(
    await Promise.all(
      config.lanes.map(async ({ lane, broker }) => [lane, await createDeadLetterReader(broker)] as const),
    ),
  );
  const scale = createScaleAccess(config.control, config.readTimeoutMs);
  const watch = new LaneWatch({
    readers,
    prometheus,
    live: () => availabilityOf(live),
    scale: 'scaler' in scale ? { enabled: true } : { enabled: false, reason: scale.reason },
  });
  const stream = { hub: new StreamHub(watch, logger), prometheus, lanes: readers.map(({ lane }) => lane) };
  const server = createHttpServer(
    createApp({
      ...config,
      maxBodyBytes: config.http.maxBodyBytes,
      readers,
      logger,
      live,
      stream,
      scale,
      deadLetters,
    }),
  );
  // Lanes are read on each request, so the console is always ready.
  const operations = createOperationsServer({ registry, checks: () => ({}), stopping: lifecycle.stopping });

  for (const reader of readers) reader.start();
  const poll = pollLanes(readers, createLaneGauges(registry), config.pollIntervalMs);
  // Streams end only when they are closed.
  lifecycle.onStop('stream', () => stream.hub.close());
  lifecycle.onStop('live tail', () => ('hub' in live ? live.hub.close() : undefined));
  lifecycle.onStop('HTTP server', () => server.close());
  lifecycle.onStop('poll', () => poll.stop());
  lifecycle.onStop('lanes', async () => void (await Promise.all(readers.map((reader) => reader.close()))));
  lifecycle.onStop('dead letters', async () => {
    await Promise.all(Array.from(deadLetters.values(), (reader) => reader?.close()));
  });
  lifecycle.onStop('operations server', () => operations.close());
  const operationsPort = await operations.listen(config.operations.host, config.operations.port);
  const port = await server.listen(config.http.host, config.http.port);
  logger.info({ port, operationsPort }, 'listening');
});
