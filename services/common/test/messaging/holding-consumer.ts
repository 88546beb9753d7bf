import { pino } from 'pino';
import { type BrokerChoice, createConsumer } from '../../src/messaging/index.ts';

/** A program for a test to kill: takes a batch, prints `holding`, and never stores it. */
const broker = JSON.parse(process.argv[2] ?? '') as BrokerChoice;
const consumer = await createConsumer(broker, { logger: pino({ level: 'silent' }) });
await consumer.start({
  handle: async (batch) => {
    process.stdout.write('holding\n');
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await batch.keepAlive();
    }
  },
  positions: (sources) =>
    Promise.resolve(new Map(sources.map((source) => [source, { position: null, marks: '', attempt: '' }]))),
  onFatal: (error) => {
    throw error;
  },
});
