import { METRICS } from '@caudal/common/metrics';
import { select } from '../signals/signal.ts';
import type { AlertRule } from './rule.ts';

const release = 'namespace, release';
const rate = (matchers = ''): string =>
  `sum by (${release}) (rate(${select(METRICS.ingestRequests, matchers)}[5m]))`;

/** Alerts on ingest refusing messages. */
export const INGEST_ALERTS: readonly AlertRule[] = [
  {
    alert: 'CaudalBrokerDown',
    expr: `max by (${release}, broker) (${select(METRICS.brokerUp)}) == 0`,
    for: '1m',
    severity: 'critical',
    summary: 'No ingest process can publish to {{ $labels.broker }}',
    description:
      'A message is accepted only after every broker has confirmed it, so all requests get 503 with Retry-After until this broker is back. Accepted messages are not affected.',
  },
  {
    alert: 'CaudalRequestsFailing',
    expr: `${rate('status=~"5.."')} / ${rate()} > 0.05`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $value | humanizePercentage }} of requests fail with 5xx',
    description: 'Clients must retry: a broker does not confirm in time, or ingest is overloaded.',
  },
];
