import type { LaneReport } from '@caudal/common/account';
import { gauge, METRICS, type Registry } from '@caudal/common/metrics';
import type { LaneReader } from './lane-reader.ts';

/** Sets gauges from lane reports. */
export interface LaneGauges {
  /** Removes the series of an unreadable part: a stale value would look healthy. */
  show(report: LaneReport): void;
}

/** Registers the console's gauges. */
export function createLaneGauges(registry: Registry): LaneGauges {
  const stored = gauge(registry, METRICS.storeMessages);
  const backlog = gauge(registry, METRICS.backlogMessages);
  const deadLetters = gauge(registry, METRICS.deadLetterMessages);
  const consumers = gauge(registry, METRICS.laneConsumers);
  const taken = gauge(registry, METRICS.laneCountry);
  const shownCountries = new Map<string, ReadonlySet<string>>();
  return {
    show({ lane, countries: only = [], totals, backlog: behind }) {
      for (const country of only) taken.set({ lane, country }, 1);
      const countries = new Set(Object.keys(totals?.byCountry ?? {}));
      for (const country of shownCountries.get(lane) ?? []) {
        if (!countries.has(country)) stored.remove({ lane, country });
      }
      shownCountries.set(lane, countries);
      for (const [country, n] of Object.entries(totals?.byCountry ?? {})) stored.set({ lane, country }, n);
      if (behind === null) {
        for (const one of [backlog, deadLetters, consumers]) one.remove({ lane });
        return;
      }
      backlog.set({ lane }, behind.messages);
      deadLetters.set({ lane }, behind.deadLetters);
      if (behind.consumers === null) consumers.remove({ lane });
      else consumers.set({ lane }, behind.consumers);
    },
  };
}

/** Polls all lanes; resolves when aborted and the current poll is complete. */
export function pollLanes(
  readers: readonly LaneReader[],
  gauges: LaneGauges,
  intervalMs: number,
): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  const round = async (): Promise<void> => {
    // Independently per lane: a slow one must not delay the others' gauges.
    await Promise.all(readers.map(async (reader) => gauges.show(await reader.read({ identities: false }))));
    if (!stopped) timer = setTimeout(next, intervalMs);
  };
  const next = (): void => {
    running = round();
  };
  next();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
