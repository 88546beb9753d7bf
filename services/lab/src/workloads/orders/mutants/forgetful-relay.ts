import { createOperationsServer, Lifecycle, runMain } from '@caudal/common/lifecycle';
import { createLogger } from '@caudal/common/logging';
import { createConsumer, type LogWriter } from '@caudal/common/messaging';
import { createRegistry } from '@caudal/common/metrics';
import { openDatabase } from '@caudal/orders/database/open-database';
import { createTopicWriter } from '@caudal/orders/database/order-topics';
import { createProcessorApp } from '@caudal/orders/processor/app';
import { loadConfig } from '@caudal/orders/processor/config';
import { createProcessorMetrics } from '@caudal/orders/processor/metrics';
import { createSqlOrderBook } from '@caudal/orders/processor/sql-order-book';

/** Leaves out every seventh record, as a writer that does not wait for each. */
function forgetting(writer: LogWriter): LogWriter {
  let records = 0;
  return new Proxy(writer, {
    get(target, name) {
      if (name === 'write') {
        return (batch: Parameters<LogWriter['write']>[0]) =>
          target.write(
            batch.filter(() => {
              records += 1;
              return records % 7 !== 0;
            }),
          );
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** A processor whose relay forgets announcements that it has not written. */
runMain(async () => {
  const config = loadConfig(process.env);
  const logger = createLogger('orders-processor-mutant', config.logLevel);
  const lifecycle = new Lifecycle({ logger, drainTimeoutMs: config.drainTimeoutMs });
  const { stopping } = lifecycle;
  lifecycle.handleSignals();
  const database = openDatabase({ settings: config.database, schemas: ['orders'], logger });
  const registry = createRegistry();
  const app = createProcessorApp({
    consumer: await createConsumer(config.orders, { logger, maxBatchMessages: config.batchMaxOrders }),
    writer: forgetting(await createTopicWriter(config.confirmed, { logger })),
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
  await operations.listen(config.operations.host, config.operations.port);
  await app.start();
});
