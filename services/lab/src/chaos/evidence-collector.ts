import type { Increases } from '../load/metrics-watch.ts';
import type { LAB_SIGNS, Sign } from './chaos-workload.ts';
import type { Evidence } from './evidence.ts';

/** Adds up observations by sample, so that a fault's share can be separated. */
export interface EvidenceCollector {
  /** Adds a scrape of the services. */
  add(increases: Increases): void;
  /** Total so far, in the order of the signs. */
  total(): Promise<Evidence>;
  /** Resolves after one more scrape. */
  nextSample(): Promise<void>;
}

/** @param outside counts of the load generator and the proxies */
export function createEvidenceCollector(
  signs: readonly Sign[],
  outside: () => Promise<Readonly<Record<keyof typeof LAB_SIGNS, number>>>,
): EvidenceCollector {
  const seen = new Map<string, number>();
  let waiting: (() => void)[] = [];
  return {
    add(increases) {
      for (const { name, count } of signs) {
        if (count !== undefined) seen.set(name, (seen.get(name) ?? 0) + count(increases));
      }
      for (const resolve of waiting.splice(0)) resolve();
    },
    async total() {
      const counts: Evidence = { ...Object.fromEntries(seen), ...(await outside()) };
      return Object.fromEntries(signs.map(({ name }) => [name, counts[name] ?? 0]));
    },
    nextSample: () =>
      new Promise((resolve) => {
        waiting = [...waiting, resolve];
      }),
  };
}
