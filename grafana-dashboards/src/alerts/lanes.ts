import { METRICS } from '@caudal/common/metrics';
import { select } from '../signals/signal.ts';
import type { AlertRule } from './rule.ts';

const byLane = 'namespace, release, lane';
const backlog = `max by (${byLane}) (${select(METRICS.backlogMessages)})`;
const deadLetters = `max by (${byLane}) (${select(METRICS.deadLetterMessages)})`;

/** A lane that does not do its work. */
export const LANE_ALERTS: readonly AlertRule[] = [
  {
    alert: 'CaudalBacklogGrowing',
    expr: `${backlog} > 1000 and max by (${byLane}) (deriv(${select(METRICS.backlogMessages)}[5m])) > 0`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.lane }} is {{ $value }} messages behind and falls further behind',
    description:
      'Its consumers are slower than ingest. Nothing is lost: messages wait in the broker or with the consumers, but they arrive later and later.',
  },
  {
    alert: 'CaudalLanePaused',
    expr: `max by (${byLane}) (${select(METRICS.lanePaused)}) == 1`,
    for: '1m',
    severity: 'critical',
    summary: '{{ $labels.lane }} waits for its store',
    description:
      'The store does not answer, so the lane takes nothing from its broker. The other lanes go on, and this one drains by itself when the store is back.',
  },
  {
    alert: 'CaudalNoConsumer',
    expr: `max by (${byLane}) (${select(METRICS.laneConsumers)}) == 0`,
    for: '2m',
    severity: 'critical',
    summary: 'Nobody reads {{ $labels.lane }}',
    description:
      'The broker sees no consumer of this lane: scaled to 0, crashing, or cut off from the broker. Messages wait in the broker.',
  },
  {
    alert: 'CaudalIdleConsumer',
    expr: `count by (${byLane}) (${select(METRICS.assignedSources)} == 0) > 0 and sum by (${byLane}) (${select(METRICS.assignedSources)}) > 0`,
    for: '10m',
    severity: 'info',
    summary: 'Consumers of {{ $labels.lane }} with nothing to read: {{ $value }}',
    description:
      'There are more consumers than partitions. The others do all the work; scaling up further changes nothing.',
  },
  {
    alert: 'CaudalDeadLetters',
    expr: `sum by (${byLane}) (increase(${select(METRICS.deadLetters)}[15m])) > 0 or (${deadLetters} - max by (${byLane}) (${select(METRICS.deadLetterMessages)} offset 15m)) > 0`,
    for: '0m',
    severity: 'warning',
    summary: '{{ $labels.lane }} has parked messages in the last 15 minutes',
    description:
      'Messages that can never be stored went to the dead-letter queue or topic. They are kept, and none of them was answered 202 by the door unless it was published past it.',
  },
  {
    alert: 'CaudalLaneUnreadable',
    expr: `count by (${byLane}) (${select(METRICS.assignedSources)}) unless on (${byLane}) ${select(METRICS.backlogMessages)}`,
    for: '5m',
    severity: 'warning',
    summary: 'The console cannot read {{ $labels.lane }}',
    description:
      'Consumers report, but there is no backlog figure: the console is down, or cannot reach the broker or (for Kafka) the store. Until it can, the alerts on backlog, consumers and the account are blind.',
  },
];
