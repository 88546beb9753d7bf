import { Redis } from 'ioredis';
import type { Logger } from '../logging.ts';
import type { CountStore } from './ports.ts';
import { clientOptions, createScriptStore } from './script-store.ts';
import type { StoreSettings } from './settings.ts';

/** Redis by ioredis. */
export function createRedisStore(settings: StoreSettings, logger: Logger): CountStore {
  return createScriptStore('redis', new Redis(settings.url, clientOptions(settings)), settings, logger);
}
