import { METRICS } from '@caudal/common/metrics';

/** Metrics of others that Caudal's dashboards and alerts may use, each seen in a real scrape where nothing else is said. */
const OTHERS = [
  // Node, by the client library that every service registers.
  'nodejs_eventloop_lag_max_seconds',
  'nodejs_eventloop_lag_p99_seconds',
  'nodejs_external_memory_bytes',
  'nodejs_gc_duration_seconds_sum',
  'nodejs_heap_size_used_bytes',
  'nodejs_version_info',
  'process_cpu_system_seconds_total',
  'process_cpu_user_seconds_total',
  'process_open_fds',
  'process_resident_memory_bytes',
  'process_start_time_seconds',
  // RabbitMQ's prometheus plugin.
  'rabbitmq_alarms_free_disk_space_watermark',
  'rabbitmq_alarms_memory_used_watermark',
  'rabbitmq_channels',
  'rabbitmq_connections',
  'rabbitmq_consumers',
  'rabbitmq_detailed_queue_messages_ready',
  'rabbitmq_detailed_queue_messages_unacked',
  'rabbitmq_disk_space_available_bytes',
  'rabbitmq_disk_space_available_limit_bytes',
  'rabbitmq_global_messages_acknowledged_total',
  'rabbitmq_global_messages_confirmed_total',
  'rabbitmq_global_messages_delivered_total',
  'rabbitmq_global_messages_received_total',
  'rabbitmq_global_messages_redelivered_total',
  'rabbitmq_identity_info',
  'rabbitmq_process_resident_memory_bytes',
  'rabbitmq_resident_memory_limit_bytes',
  // The stores' exporter, by its source (exporter/exporter.go).
  'redis_aof_delayed_fsync',
  'redis_commands_processed_total',
  'redis_evicted_keys_total',
  'redis_memory_max_bytes',
  'redis_memory_used_bytes',
  // The kubelet, by its documented names.
  'kubelet_volume_stats_available_bytes',
  'kubelet_volume_stats_capacity_bytes',
  // Recording rules of Caudal's own.
  'caudal:lane_behind_at_rest:messages',
] as const;

/** Gauges whose names end like those of histograms. */
const GAUGES: ReadonlySet<string> = new Set([
  METRICS.outboxAgeSeconds.name,
  METRICS.mailOldestDueSeconds.name,
  METRICS.filmReplicaLag.name,
]);

/** Every series name that may stand in a query. */
export const KNOWN_NAMES: ReadonlySet<string> = new Set([
  ...OTHERS,
  ...Object.values(METRICS).flatMap(({ name }) =>
    /_seconds$|_batch_messages$/.test(name) && !GAUGES.has(name)
      ? [`${name}_bucket`, `${name}_sum`, `${name}_count`]
      : [name],
  ),
]);

const KEYWORDS = new Set(['and', 'or', 'unless', 'bool', 'offset']);

/** The names of series in a PromQL expression. */
export function metricNames(expr: string): string[] {
  const bare = expr
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}/g, ' ')
    .replaceAll(/\[[^\]]*\]/g, ' ')
    .replaceAll(/\boffset\s+\S+/g, ' ')
    .replaceAll(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ')
    .replaceAll(/\$\w+/g, ' ');
  return [...bare.matchAll(/[a-zA-Z_:][\w:]*(?!\w)(?!\s*\()/g)]
    .map(([name]) => name)
    .filter((name) => !KEYWORDS.has(name));
}
