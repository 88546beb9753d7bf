import {
  counter,
  gauge,
  histogram,
  LATENCY_BUCKETS_SECONDS,
  METRICS,
  type Registry,
} from '@caudal/common/metrics';
import type { RouterEvents } from './router.ts';
import type { Server, ServerEvents } from './server.ts';

/** What is shown of servers at each scrape. */
interface ServerGauges {
  servers(): readonly Server[];
  /** How far a server is behind; undefined before its first probe. */
  lagMs(server: Server): number | undefined;
}

/** Registers the metrics of reads, which hear of them as events. */
export function createReadMetrics(registry: Registry, gauges: ServerGauges): ServerEvents & RouterEvents {
  const reads = counter(registry, METRICS.filmReads);
  const seconds = histogram(registry, METRICS.filmReadSeconds, LATENCY_BUCKETS_SECONDS);
  const retries = counter(registry, METRICS.filmRetries);
  const lastResort = counter(registry, METRICS.filmLastResort);
  const outs = counter(registry, METRICS.filmReplicaOuts);
  gauge(registry, METRICS.filmReplicaIn, (metric) => {
    for (const { name, health } of gauges.servers())
      metric.set({ server: name }, health.kind === 'in' ? 1 : 0);
  });
  gauge(registry, METRICS.filmReplicaLag, (metric) => {
    for (const server of gauges.servers()) {
      const lagMs = gauges.lagMs(server);
      if (lagMs !== undefined) metric.set({ server: server.name }, lagMs / 1_000);
    }
  });
  gauge(registry, METRICS.filmVersion, (metric) => {
    for (const { name, observation } of gauges.servers())
      metric.set({ server: name }, observation?.current ?? 0);
  });
  return {
    onRead: (server, outcome, tookMs) => {
      reads.inc({ server, outcome });
      seconds.observe({ server }, tookMs / 1_000);
    },
    onOut: (server, reason) => outs.inc({ server, reason }),
    onIn: () => undefined,
    onRetry: () => retries.inc({}),
    onLastResort: () => lastResort.inc({}),
  };
}
