export { createStore } from './create-store.ts';
export { createMemoryStore } from './memory-store.ts';
export type { ApplyResult, CountStore, StoreBatch, StoreName, StoreTotals } from './ports.ts';
export { DEFAULT_KEY_RETENTION_HOURS, type StoreSettings } from './settings.ts';
