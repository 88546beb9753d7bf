import { runMutant } from './run-mutant.ts';

/** A Kafka consumer that never compares its position with the store's: a store that lost data is not filled again. */
runMutant({
  store: (store) => ({
    ...store,
    apply: ({ envelopes }) => store.apply({ envelopes, positions: [] }),
  }),
});
