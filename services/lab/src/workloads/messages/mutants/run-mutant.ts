import { createOperationsServer, Lifecycle, runMain } from '@caudal/common/lifecycle';
import { createLogger } from '@caudal/common/logging';
import { createConsumer, type MessageConsumer } from '@caudal/common/messaging';
import { createRegistry } from '@caudal/common/metrics';
import { type CountStore, createStore } from '@caudal/common/stores';
import { createConsumerApp } from '@caudal/consumer/app';
import { loadConfig } from '@caudal/consumer/config';
import { createLaneMetrics } from '@caudal/consumer/metrics';

/** What a mutant does differently. */
export interface Mutation {
  store?(store: CountStore, url: string, keyPrefix: string): CountStore;
  consumer?(consumer: MessageConsumer): MessageConsumer;
}

/** Runs the consumer's own program with one of its parts broken on purpose. */
export function runMutant(mutation: Mutation): void {
  runMain(async () => {
    const config = loadConfig(process.env);
    const logger = createLogger(`${config.lane}-mutant`, config.logLevel);
    const lifecycle = new Lifecycle({ logger, drainTimeoutMs: config.drainTimeoutMs });
    lifecycle.handleSignals();
    const { name, settings } = config.store;
    const realStore = await createStore(name, settings, logger);
    const realConsumer = await createConsumer(config.broker, {
      logger,
      maxBatchMessages: config.batchMaxMessages,
    });
    const store = mutation.store?.(realStore, settings.url, settings.keyPrefix) ?? realStore;
    const consumer = mutation.consumer?.(realConsumer) ?? realConsumer;
    const registry = createRegistry();
    const app = createConsumerApp({
      consumer,
      store,
      metrics: createLaneMetrics(registry, { name: config.lane }, () => consumer.assignments().length),
      logger,
      maxMessages: config.batchMaxMessages,
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
    await operations.listen(config.operations.host, config.operations.port);
    await app.start();
  });
}
