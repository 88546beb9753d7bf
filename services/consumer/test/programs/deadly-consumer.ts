import { createLogger } from '@caudal/common/logging';
import { type BrokerChoice, createConsumer } from '@caudal/common/messaging';
import { createRegistry } from '@caudal/common/metrics';
import { createStore, type StoreSettings } from '@caudal/common/stores';
import { createConsumerApp } from '../../src/app.ts';
import { createLaneMetrics } from '../../src/metrics.ts';

/** What a test gives this program, as JSON. */
export interface DeadlyConsumerOptions {
  readonly broker: BrokerChoice;
  readonly store: StoreSettings;
  /** Whether it freezes over {@link FREEZES}. */
  readonly freezes: boolean;
  /** Messages of a store transaction at most. */
  readonly maxMessages: number;
}

/** Descriptions of messages this consumer cannot bear: it kills itself, or stops like a process that is frozen. */
export const KILLS = 'kills its consumer';
export const FREEZES = 'freezes its consumer';

/*
 * A consumer as the service starts it, on real servers, with one difference: what its store is to write may kill it.
 * Prints a line when it is part of the group, and one for what the store answered after it was frozen.
 */
if (import.meta.main) {
  const options = JSON.parse(process.argv[2] ?? '') as DeadlyConsumerOptions;
  const logger = createLogger('test', 'silent');
  const store = await createStore('redis', options.store, logger);
  const consumer = await createConsumer(options.broker, { logger, maxBatchMessages: options.maxMessages });
  const stopping = new AbortController();
  const app = createConsumerApp({
    consumer,
    store: {
      ...store,
      async apply(batch) {
        const has = (text: string) => batch.envelopes.some(({ description }) => description === text);
        if (has(KILLS)) process.kill(process.pid, 'SIGKILL');
        if (!options.freezes || !has(FREEZES)) return store.apply(batch);
        process.stdout.write('freezing\n');
        process.kill(process.pid, 'SIGSTOP');
        const result = await store.apply(batch);
        process.stdout.write(`${result.kind}\n`);
        return result;
      },
    },
    metrics: createLaneMetrics(
      createRegistry(),
      { name: 'kafka-redis' },
      () => consumer.assignments().length,
    ),
    logger,
    maxMessages: options.maxMessages,
    stopping: stopping.signal,
    onFatal: (error) => {
      throw error;
    },
  });
  process.once('SIGTERM', () => {
    stopping.abort();
    void consumer.stop().then(() => store.close());
  });
  await app.start();
  process.stdout.write('joined\n');
}
