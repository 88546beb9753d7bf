import { weatherClass } from '../message/weather.ts';
import type { ApplyResult, CountStore, StoreBatch } from './ports.ts';

/** In-memory store with the same guarantees, for unit tests. */
export function createMemoryStore(): CountStore {
  const byCountry = new Map<string, number>();
  const byWeather = new Map<string, number>();
  const offsets = new Map<string, number>();
  const marks = new Map<string, string>();
  const attempts = new Map<string, string>();
  const seen = new Set<string>();
  let ready = false;

  function apply({ envelopes, positions }: StoreBatch): ApplyResult {
    const moved = new Map<string, number | null>();
    for (const { source, expected } of positions) {
      const stored = offsets.get(source) ?? null;
      if (stored !== expected) moved.set(source, stored);
    }
    if (moved.size > 0) return { kind: 'moved', positions: moved };
    const storedByCountry = new Map<string, number>();
    let stored = 0;
    for (const { producer, key, sequence, country, weather } of envelopes) {
      const identity = `${producer === undefined ? `k:${key}` : `p:${producer}`}:${sequence}`;
      if (seen.has(identity)) continue;
      seen.add(identity);
      stored += 1;
      add(storedByCountry, country);
      add(byCountry, country);
      add(byWeather, weatherClass(weather));
    }
    for (const position of positions) {
      offsets.set(position.source, position.next);
      marks.set(position.source, position.marks ?? '');
    }
    return { kind: 'applied', stored, duplicates: envelopes.length - stored, storedByCountry };
  }

  return {
    name: 'memory',
    connect() {
      ready = true;
      return Promise.resolve();
    },
    apply: (batch) => Promise.resolve(apply(batch)),
    positions: (sources) =>
      Promise.resolve(new Map(sources.map((source) => [source, offsets.get(source) ?? null]))),
    logStates: (sources) =>
      Promise.resolve(
        new Map(
          sources.map((source) => [
            source,
            {
              position: offsets.get(source) ?? null,
              marks: marks.get(source) ?? '',
              attempt: attempts.get(source) ?? '',
            },
          ]),
        ),
      ),
    noteAttempt(source, attempt) {
      attempts.set(source, attempt);
      return Promise.resolve();
    },
    totals: () =>
      Promise.resolve({
        total: [...byCountry.values()].reduce((sum, n) => sum + n, 0),
        byCountry: Object.fromEntries(byCountry),
        byWeather: Object.fromEntries(byWeather),
      }),
    identities: () => Promise.resolve(seen.size),
    // Nothing expires here.
    expiryMark: () => Promise.resolve('memory'),
    isReady: () => ready,
    onReconnected: () => undefined,
    close() {
      ready = false;
      return Promise.resolve();
    },
  };
}

function add(counts: Map<string, number>, label: string): void {
  counts.set(label, (counts.get(label) ?? 0) + 1);
}
