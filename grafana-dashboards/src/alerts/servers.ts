import { BROKER_NAMES } from '@caudal/common/messaging';
import { METRICS } from '@caudal/common/metrics';
import { STORE_NAMES, STORES } from '@caudal/common/stores';
import { select } from '../signals/signal.ts';
import type { AlertRule } from './rule.ts';

// Other software may use the same exporter: only stores of a Caudal release count.
const store = 'namespace, release, component';
const withExporter = STORE_NAMES.filter((name) => STORES[name].urlSchemes.includes('redis'));
const component = `component=~"${withExporter.join('|')}"`;
const used = `max by (${store}) (redis_memory_used_bytes{${component}})`;
const most = `max by (${store}) (redis_memory_max_bytes{${component}})`;
const releases = `count by (namespace, release) (${select(METRICS.brokerUp)})`;

// Kubelets report namespaces and claims, but not releases: only namespaces with Caudal count.
const claims = `persistentvolumeclaim=~".*(${[...BROKER_NAMES, ...STORE_NAMES].join('|')})-[0-9]+"`;
const volume = 'namespace, persistentvolumeclaim';
const free = `min by (${volume}) (kubelet_volume_stats_available_bytes{${claims}})`;
const size = `max by (${volume}) (kubelet_volume_stats_capacity_bytes{${claims}})`;
const runsCaudal = `count by (namespace) (${select(METRICS.brokerUp)})`;

/**
 * Alerts on brokers and stores running out of space. The first needs the metrics of the stores' exporters, the second those
 * of the kubelets; not every installation has them.
 */
export const SERVER_ALERTS: readonly AlertRule[] = [
  {
    alert: 'CaudalStoreFillingUp',
    expr: `${used} / (${most} > 0) > 0.8 and on (namespace, release) ${releases}`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.component }} uses {{ $value | humanizePercentage }} of its maxmemory',
    description:
      'A full store refuses writes, and its lane pauses until keys expire or memory is added. Nothing is lost, and other lanes are not affected.',
  },
  {
    alert: 'CaudalVolumeFillingUp',
    expr: `${free} / ${size} < 0.2 and on (namespace) ${runsCaudal}`,
    for: '5m',
    severity: 'critical',
    summary: '{{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} free space left',
    description:
      'A Kafka broker with a full log directory stops and cannot free space on its own. RabbitMQ blocks publishers before its disk is full, and a store with a full disk refuses writes. Ingest then responds with 503, or the lane pauses.',
  },
];
