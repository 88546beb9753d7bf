import type { Logger } from '../../logging.ts';
import type { CountStore } from '../ports.ts';
import type { StoreSettings } from '../settings.ts';

/** Not written yet. */
export function createPostgresqlStore(_settings: StoreSettings, _logger: Logger): CountStore {
  throw new Error('not written yet');
}
