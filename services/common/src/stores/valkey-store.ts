import { Redis as Valkey } from 'iovalkey';
import type { Logger } from '../logging.ts';
import type { CountStore } from './ports.ts';
import { clientOptions, createScriptStore } from './script-store.ts';
import type { StoreSettings } from './settings.ts';

/** Valkey by iovalkey. */
export function createValkeyStore(settings: StoreSettings, logger: Logger): CountStore {
  return createScriptStore('valkey', new Valkey(settings.url, clientOptions(settings)), settings, logger);
}
