import { METRICS } from '@caudal/common/metrics';
import { select } from '../signals/signal.ts';
import type { AlertRule } from './rule.ts';

// Others may run the same exporter: a store counts where it is a component of a release of Caudal.
const store = 'namespace, release, component';
const component = 'component=~"valkey|redis"';
const used = `max by (${store}) (redis_memory_used_bytes{${component}})`;
const most = `max by (${store}) (redis_memory_max_bytes{${component}})`;
const releases = `count by (namespace, release) (${select(METRICS.brokerUp)})`;

// Kubelets know namespaces and claims, but no releases. A namespace counts where Caudal runs.
const claims = 'persistentvolumeclaim=~".*(kafka|rabbitmq|valkey|redis)-[0-9]+"';
const volume = 'namespace, persistentvolumeclaim';
const free = `min by (${volume}) (kubelet_volume_stats_available_bytes{${claims}})`;
const size = `max by (${volume}) (kubelet_volume_stats_capacity_bytes{${claims}})`;
const runsCaudal = `count by (namespace) (${select(METRICS.brokerUp)})`;

/**
 * Brokers and stores that run out of room. They need metrics that not every installation has: the first those of the stores'
 * exporters, the second the kubelets'.
 */
export const SERVER_ALERTS: readonly AlertRule[] = [
  {
    alert: 'CaudalStoreFillingUp',
    expr: `${used} / (${most} > 0) > 0.8 and on (namespace, release) ${releases}`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.component }} uses {{ $value | humanizePercentage }} of its maxmemory',
    description:
      'When it is full the store refuses writes and its lane pauses, until keys expire or there is more memory. Nothing is lost meanwhile, and the other lanes are not affected.',
  },
  {
    alert: 'CaudalVolumeFillingUp',
    expr: `${free} / ${size} < 0.2 and on (namespace) ${runsCaudal}`,
    for: '5m',
    severity: 'critical',
    summary: '{{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} of its space left',
    description:
      'A Kafka broker whose log directory is full stops and cannot free space by itself. RabbitMQ blocks publishers before that, and a store with a full disk refuses writes. Ingest then answers 503, or the lane pauses.',
  },
];
