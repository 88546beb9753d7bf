import { counter, gauge, METRICS, type Registry } from '@caudal/common/metrics';
import type { LiveHub, LiveMeter } from './hub.ts';

/** Registers the live tail's metrics; `hub` is asked at each scrape. */
export function createLiveMeter(registry: Registry, hub: () => LiveHub | undefined): LiveMeter {
  gauge(registry, METRICS.liveClients, (clients) => clients.set(hub()?.clients ?? 0));
  gauge(registry, METRICS.liveBehind, (behind) => behind.set(hub()?.behind ?? 0));
  const delivered = counter(registry, METRICS.liveDelivered);
  const missed = counter(registry, METRICS.liveMissed);
  return {
    delivered: (messages) => delivered.inc(messages),
    missed: (messages) => missed.inc(messages),
  };
}
