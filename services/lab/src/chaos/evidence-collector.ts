import { METRICS } from '@caudal/common/metrics';
import type { Increases } from '../load/metrics-watch.ts';
import { EVIDENCE_NAMES, type Evidence, LATE_AFTER_SECONDS } from './evidence.ts';

/** Adds up observations by sample, so that a fault's share can be separated. */
export interface EvidenceCollector {
  /** Adds a scrape of the services. */
  add(increases: Increases): void;
  /** Total so far. */
  total(): Promise<Evidence>;
  /** Resolves after one more scrape. */
  nextSample(): Promise<void>;
}

/** @param outside counts of the load generator and the proxies */
export function createEvidenceCollector(
  outside: () => Promise<Pick<Evidence, 'clientRetries' | 'requestsCutOff' | 'repliesHeldBack'>>,
): EvidenceCollector {
  const seen = { redeliveries: 0, duplicates: 0, storeRetries: 0, late: 0 };
  let waiting: (() => void)[] = [];
  return {
    add(increases) {
      seen.redeliveries += increases.counter(METRICS.redeliveries.name);
      seen.duplicates += increases.counter(METRICS.duplicates.name);
      seen.storeRetries += increases.counter(METRICS.storeRetries.name);
      for (const [bound, count] of increases.buckets(METRICS.endToEndSeconds.name, {})) {
        if (bound > LATE_AFTER_SECONDS) seen.late += count;
      }
      for (const resolve of waiting.splice(0)) resolve();
    },
    total: async () => ({ ...seen, ...(await outside()) }),
    nextSample: () =>
      new Promise((resolve) => {
        waiting = [...waiting, resolve];
      }),
  };
}

/** Evidence since `before`. */
export function evidenceSince(before: Evidence, after: Evidence): Evidence {
  return Object.fromEntries(
    EVIDENCE_NAMES.map((name) => [name, Math.max(0, after[name] - before[name])]),
  ) as Record<keyof Evidence, number>;
}
