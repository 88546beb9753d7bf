import type { LaneReport } from '@caudal/common/account';
import { gauge, METRICS, type Registry } from '@caudal/common/metrics';
import type { LaneReader } from './lane-reader.ts';

/** Fills gauges from lane reports. */
export interface LaneGauges {
  /** A part that could not be read loses its series: an old figure would look like a healthy one. */
  show(report: LaneReport): void;
}

/** Registers the console's gauges. */
export function createLaneGauges(registry: Registry): LaneGauges {
  const stored = gauge(registry, METRICS.storeMessages);
  const backlog = gauge(registry, METRICS.backlogMessages);
  const deadLetters = gauge(registry, METRICS.deadLetterMessages);
  const consumers = gauge(registry, METRICS.laneConsumers);
  const shownCountries = new Map<string, ReadonlySet<string>>();
  return {
    show({ lane, totals, backlog: behind }) {
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

/** Reads every lane again and again; resolves when the reading under way at its end is over. */
export function pollLanes(
  readers: readonly LaneReader[],
  gauges: LaneGauges,
  intervalMs: number,
): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  const round = async (): Promise<void> => {
    // Each lane by itself: one that hangs must not keep the other's gauges back.
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
