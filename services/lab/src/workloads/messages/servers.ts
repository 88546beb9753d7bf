import type { Lane } from '@caudal/common/lanes';
import type { ServerName } from '../../../../../tools/servers/servers.ts';
import { brokersOf, type StoreServer, storeServerOf } from './lanes.ts';

/** Servers of the lanes' stores, each once. */
export function storesOf(lanes: readonly Lane[]): readonly StoreServer[] {
  return [...new Set(lanes.map(storeServerOf))];
}

/** Servers that lanes need, each once. */
export function serversOf(lanes: readonly Lane[]): readonly ServerName[] {
  return [...brokersOf(lanes), ...storesOf(lanes)];
}
