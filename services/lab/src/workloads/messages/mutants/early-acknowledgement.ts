import { runMutant } from './run-mutant.ts';

/** A consumer that lets the broker be acknowledged before the store has replied: what it held when it dies is gone. */
runMutant({
  consumer: (consumer) => ({
    broker: consumer.broker,
    isReady: () => consumer.isReady(),
    assignments: () => consumer.assignments(),
    inHand: () => consumer.inHand(),
    stop: () => consumer.stop(),
    start: (handlers) =>
      consumer.start({
        ...handlers,
        handle: (batch, stopping) => {
          handlers.handle(batch, stopping).catch(() => undefined);
          return Promise.resolve({ kind: 'stored' });
        },
      }),
  }),
});
