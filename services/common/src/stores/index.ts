export { storeSettings, storeShape, storeUrl } from './environment.ts';
export { createMemoryStore } from './memory-store.ts';
export type { ApplyResult, CountStore, StoreBatch, StoreTotals } from './ports.ts';
export { DEFAULT_KEY_RETENTION_HOURS, type StoreSettings } from './settings.ts';
export { createStore, isStoreName, STORE_NAMES, STORES, type StoreName } from './store-kinds.ts';
