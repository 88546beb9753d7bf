import {
  counter,
  gauge,
  histogram,
  LATENCY_BUCKETS_SECONDS,
  METRICS,
  type Registry,
} from '@caudal/common/metrics';
import type { ServerName } from './film-reader.ts';
import { OUT_REASONS } from './health.ts';
import type { RouterEvents } from './router.ts';
import type { Attempt, Server, ServerEvents } from './server.ts';

/** What is shown of servers at each scrape. */
interface ServerGauges {
  servers(): readonly Server[];
  /** How far a server is behind; undefined before its first probe. */
  lagMs(server: Server): number | undefined;
}

const OUTCOMES: readonly Attempt<unknown>['kind'][] = ['answered', 'failed', 'late'];

/** Registers the metrics of reads, which hear of them as events; `names` are those of all servers. */
export function createReadMetrics(
  registry: Registry,
  names: readonly ServerName[],
  gauges: ServerGauges,
): ServerEvents & RouterEvents {
  const reads = counter(registry, METRICS.filmReads);
  const seconds = histogram(registry, METRICS.filmReadSeconds, LATENCY_BUCKETS_SECONDS);
  const retries = counter(registry, METRICS.filmRetries);
  const lastResort = counter(registry, METRICS.filmLastResort);
  const outs = counter(registry, METRICS.filmReplicaOuts);
  for (const server of names) {
    for (const outcome of OUTCOMES) reads.inc({ server, outcome }, 0);
    for (const reason of OUT_REASONS) outs.inc({ server, reason }, 0);
  }
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
