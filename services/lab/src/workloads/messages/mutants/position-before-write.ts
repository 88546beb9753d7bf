import { runMutant } from './run-mutant.ts';

/** A Kafka consumer that moves the log position before it writes the messages: if it dies in between, they are lost. */
runMutant({
  store: (store) => ({
    ...store,
    async apply({ envelopes, positions }) {
      const moved = await store.apply({ envelopes: [], positions });
      return moved.kind === 'moved' ? moved : store.apply({ envelopes, positions: [] });
    },
  }),
});
