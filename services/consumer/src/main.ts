import { createOperationsServer, Lifecycle, runMain } from '@caudal/common/lifecycle';
import { createLogger } from '@caudal/common/logging';
import { BROKERS, createConsumer } from '@caudal/common/messaging';
import { createRegistry } from '@caudal/common/metrics';
import { createStore } from '@caudal/common/stores';
import { createConsumerApp } from './app.ts';
import { loadConfig } from './config.ts';
import { createLaneMetrics, registerInHand, registerPartitions } from './metrics.ts';

runMain(async () => {
  const config = loadConfig(process.env);
  const logger = createLogger(`${config.lane}-consumer`, config.logLevel);
  const lifecycle = new Lifecycle({ logger, drainTimeoutMs: config.drainTimeoutMs });
  lifecycle.handleSignals();

  const store = await createStore(config.store.name, config.store.settings, logger);
  const consumer = await createConsumer(config.broker, { logger, maxBatchMessages: config.batchMaxMessages });
  const registry = createRegistry();
  registerInHand(registry, config.lane, () => consumer.inHand());
  if (BROKERS[config.broker.name].kind === 'log') {
    registerPartitions(registry, config.lane, () => consumer.assignments());
  }
  const app = createConsumerApp({
    consumer,
    store,
    metrics: createLaneMetrics(
      registry,
      { name: config.lane, countries: config.countries },
      () => consumer.assignments().length,
    ),
    logger,
    maxMessages: config.batchMaxMessages,
    countries: config.countries,
    stopping: lifecycle.stopping,
    onFatal: (error) => lifecycle.fail(error),
  });
  const operations = createOperationsServer({
    registry,
    checks: () => app.checks(),
    stopping: lifecycle.stopping,
  });
  lifecycle.onStop('consumer', () => consumer.stop());
  lifecycle.onStop('store', () => store.close());
  lifecycle.onStop('operations server', () => operations.close());

  const operationsPort = await operations.listen(config.operations.host, config.operations.port);
  await app.start();
  logger.info({ operationsPort, lane: config.lane }, 'listening');
});
