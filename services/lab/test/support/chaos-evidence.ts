import type { Evidence } from '../../src/chaos/evidence.ts';

/** Evidence of these kinds and no other. */
export function evidence(seen: Partial<Evidence>): Evidence {
  return {
    clientRetries: 0,
    requestsCutOff: 0,
    redeliveries: 0,
    duplicates: 0,
    storeRetries: 0,
    late: 0,
    repliesHeldBack: 0,
    ...seen,
  };
}
