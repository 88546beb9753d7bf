export { BATCH_BUCKETS_MESSAGES, LATENCY_BUCKETS_SECONDS, METRICS, type MetricDefinition } from './names.ts';
export { parseMetrics, type Sample } from './parse-metrics.ts';
export {
  type Counter,
  counter,
  createRegistry,
  type Gauge,
  gauge,
  type Histogram,
  histogram,
  type Registry,
} from './registry.ts';
