import { METRICS } from '@caudal/common/metrics';
import { select } from '../signals/signal.ts';
import type { AlertRule } from './rule.ts';

const byLane = 'namespace, release, lane';
const backlog = `max by (${byLane}) (${select(METRICS.backlogMessages)})`;
const perLane = (sample: 'sum' | 'count'): string =>
  `sum by (${byLane}) (rate(${select(`${METRICS.storeSeconds.name}_${sample}`)}[5m]))`;
const deadLetters = `max by (${byLane}) (${select(METRICS.deadLetterMessages)})`;

/** Alerts on lanes that do not store messages in time. */
export const LANE_ALERTS: readonly AlertRule[] = [
  {
    alert: 'CaudalBacklogGrowing',
    expr: `${backlog} > 1000 and max by (${byLane}) (deriv(${select(METRICS.backlogMessages)}[5m])) > 0`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.lane }} is {{ $value }} messages behind, and its backlog is growing',
    description:
      'Its consumers are slower than ingest. Nothing is lost: messages wait in the broker or with the consumers, and end-to-end latency rises.',
  },
  {
    alert: 'CaudalLanePaused',
    expr: `max by (${byLane}) (${select(METRICS.lanePaused)}) == 1`,
    for: '1m',
    severity: 'critical',
    summary: '{{ $labels.lane }} is paused: its store is unavailable',
    description:
      'The store does not answer, so the lane takes no messages from its broker. Other lanes are not affected, and this one drains automatically when the store is back.',
  },
  {
    alert: 'CaudalStoreSlow',
    expr: `${perLane('sum')} / ${perLane('count')} > 1`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.lane }} waits {{ $value | humanizeDuration }} for a transaction of its store',
    description:
      'The store answers, but slowly: its disk, its memory, locks or a checkpoint. The lane falls behind under load; nothing is lost.',
  },
  {
    alert: 'CaudalNoConsumer',
    expr: `max by (${byLane}) (${select(METRICS.laneConsumers)}) == 0`,
    for: '2m',
    severity: 'critical',
    summary: '{{ $labels.lane }} has no consumers',
    description:
      'The broker sees no consumer of this lane: scaled to 0, crashing, or cut off from the broker. Messages wait in the broker.',
  },
  {
    alert: 'CaudalIdleConsumer',
    expr: `count by (${byLane}) (${select(METRICS.assignedSources)} == 0) > 0 and sum by (${byLane}) (${select(METRICS.assignedSources)}) > 0`,
    for: '10m',
    severity: 'info',
    summary: '{{ $labels.lane }} has {{ $value }} idle consumers',
    description: 'There are more consumers than partitions. Scaling up further has no effect.',
  },
  {
    alert: 'CaudalDeadLetters',
    expr: `sum by (${byLane}) (increase(${select(METRICS.deadLetters)}[15m])) > 0 or (${deadLetters} - max by (${byLane}) (${select(METRICS.deadLetterMessages)} offset 15m)) > 0`,
    for: '0m',
    severity: 'warning',
    summary: '{{ $labels.lane }} moved messages to its dead letters in the last 15 minutes',
    description:
      'Messages that can never be stored were moved to the dead-letter queue or topic and are kept there. Ingest rejects invalid messages, so they were published directly to the broker, or they crashed their consumer.',
  },
  {
    alert: 'CaudalLaneUnreadable',
    expr: `count by (${byLane}) (${select(METRICS.assignedSources)}) unless on (${byLane}) ${select(METRICS.backlogMessages)}`,
    for: '5m',
    severity: 'warning',
    summary: 'The console cannot read {{ $labels.lane }}',
    description:
      'Consumers are up, but the backlog is unknown: the console is down or cannot reach the broker, or the store that keeps the position in a log. Until then, the alerts on backlog, consumers and the account cannot fire.',
  },
];
