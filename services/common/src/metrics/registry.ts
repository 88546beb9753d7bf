import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { MetricDefinition } from './names.ts';

export type { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A registry with Node's own metrics (CPU, memory, event loop, garbage collection) in it. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Registers a counter of the contract. */
export function counter(registry: Registry, definition: MetricDefinition): Counter<string> {
  return new Counter({ ...base(definition), registers: [registry] });
}

/** Registers a gauge of the contract; `collect` sets it at each scrape. */
export function gauge(
  registry: Registry,
  definition: MetricDefinition,
  collect?: (gauge: Gauge<string>) => void,
): Gauge<string> {
  return new Gauge({
    ...base(definition),
    registers: [registry],
    ...(collect && {
      collect(this: Gauge<string>) {
        collect(this);
      },
    }),
  });
}

/** Registers a histogram of the contract. */
export function histogram(
  registry: Registry,
  definition: MetricDefinition,
  buckets: readonly number[],
): Histogram<string> {
  return new Histogram({ ...base(definition), buckets: [...buckets], registers: [registry] });
}

function base(definition: MetricDefinition) {
  return { name: definition.name, help: definition.help, labelNames: [...definition.labels] };
}
