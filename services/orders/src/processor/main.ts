import { createOperationsServer, Lifecycle, runMain } from '@caudal/common/lifecycle';
import { createLogger } from '@caudal/common/logging';
import { createConsumer } from '@caudal/common/messaging';
import { createRegistry } from '@caudal/common/metrics';
import { openDatabase } from '../database/open-database.ts';
import { createTopicWriter } from '../database/order-topics.ts';
import { createProcessorApp } from './app.ts';
import { loadConfig } from './config.ts';
import { createProcessorMetrics } from './metrics.ts';
import { createSqlOrderBook } from './sql-order-book.ts';

runMain(async () => {
  const config = loadConfig(process.env);
  const logger = createLogger('orders-processor', config.logLevel);
  const lifecycle = new Lifecycle({ logger, drainTimeoutMs: config.drainTimeoutMs });
  const { stopping } = lifecycle;
  lifecycle.handleSignals();

  const database = openDatabase({ settings: config.database, schemas: ['orders'], logger });
  const registry = createRegistry();
  const app = createProcessorApp({
    consumer: await createConsumer(config.orders, { logger, maxBatchMessages: config.batchMaxOrders }),
    writer: await createTopicWriter(config.confirmed, { logger }),
    book: createSqlOrderBook(database, config),
    metrics: createProcessorMetrics(registry, config.orders.settings.topic),
    logger,
    tickMaxOrders: config.tickMaxOrders,
    relays: config.relays,
    stopping,
    onFatal: (error) => lifecycle.fail(error),
  });
  const operations = createOperationsServer({ registry, checks: () => app.checks(), stopping });
  for (const [name, stop] of app.stops) lifecycle.onStop(name, stop);
  lifecycle.onStop('operations server', () => operations.close());

  const operationsPort = await operations.listen(config.operations.host, config.operations.port);
  await app.start();
  if (!stopping.aborted) logger.info({ operationsPort }, 'listening');
});
