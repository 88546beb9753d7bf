import { createLogger } from '@caudal/common/logging';
import { createConsumer } from '@caudal/common/messaging';
import { createRegistry } from '@caudal/common/metrics';
import { createStore } from '@caudal/common/stores';
import { createConsumerApp } from '@caudal/consumer/app';
import { loadConfig } from '@caudal/consumer/config';
import { createLaneMetrics } from '@caudal/consumer/metrics';
import { createMeter, required } from '../../../../bench/programs/meter.ts';

/** Caudal's full consumer, wired as in `main.ts`, with a meter around its metrics. */
const config = loadConfig(process.env);
const logger = createLogger('bench', 'warn');
const store = await createStore(config.store.name, config.store.settings, logger);
const broker = await createConsumer(config.broker, { logger, maxBatchMessages: config.batchMaxMessages });
const stopping = new AbortController();
const meter = createMeter(Number(required('BENCH_MESSAGES')), async () => {
  stopping.abort();
  await broker.stop();
  await store.close();
});
const metrics = createLaneMetrics(createRegistry(), { name: config.lane }, () => broker.assignments().length);

const app = createConsumerApp({
  consumer: {
    ...broker,
    broker: broker.broker,
    isReady: () => broker.isReady(),
    assignments: () => broker.assignments(),
    stop: () => broker.stop(),
    start: (handlers) =>
      broker.start({
        ...handlers,
        handle: (batch, signal) => {
          meter.began();
          return handlers.handle(batch, signal);
        },
      }),
  },
  store,
  metrics: {
    ...metrics,
    applied(result, messages, seconds) {
      metrics.applied(result, messages, seconds);
      // After the handler's own work of this turn (latencies, acknowledgement), not before.
      setImmediate(() => meter.done(result.stored));
    },
  },
  logger,
  maxMessages: config.batchMaxMessages,
  stopping: stopping.signal,
  onFatal: (error) => {
    throw error;
  },
});
await app.start();
