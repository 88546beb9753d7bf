import type { Logger } from '../logging.ts';
import type { CountStore } from './ports.ts';
import { createRedisStore } from './redis-store.ts';
import type { StoreSettings } from './settings.ts';
import { createValkeyStore } from './valkey-store.ts';

/** Store adapters by name. */
export function createStore(name: 'valkey' | 'redis', settings: StoreSettings, logger: Logger): CountStore {
  return { valkey: createValkeyStore, redis: createRedisStore }[name](settings, logger);
}
