import { createMemoryStore } from '../../src/stores/memory-store.ts';
import { describeStore } from './count-store.conformance.ts';

describeStore('the store in memory', async () => {
  const store = createMemoryStore();
  await store.connect();
  return store;
});
