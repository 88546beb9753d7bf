import type { Evidence } from '../../src/chaos/evidence.ts';
import { SIGNS } from '../../src/workloads/messages/faults.ts';

/** Evidence of these kinds and no other. */
export function evidence(seen: Evidence): Evidence {
  return { ...Object.fromEntries(SIGNS.map(({ name }) => [name, 0])), ...seen };
}
