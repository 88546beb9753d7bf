import { METRICS } from '@caudal/common/metrics';
import { buckets, select } from '../signals/signal.ts';
import type { AlertRule } from './rule.ts';

const release = 'namespace, release';
const byServer = `${release}, server`;
const isReplica = 'server!="primary"';
const requests = (matchers = ''): string =>
  `sum by (${release}) (rate(${select(METRICS.filmRequests, matchers)}[5m]))`;
const slowest = `histogram_quantile(0.99, sum by (${release}, le) (rate(${buckets(METRICS.filmRequestSeconds)}[5m])))`;
const hasReplicas = `count by (${release}) (${select(METRICS.filmReplicaIn, isReplica)})`;

/** Alerts on films. They need the system of films, which is off by default. */
export const FILM_ALERTS: readonly AlertRule[] = [
  {
    alert: 'CaudalFilmsReplicaOut',
    expr: `max by (${byServer}) (${select(METRICS.filmReplicaIn, isReplica)}) == 0`,
    for: '2m',
    severity: 'warning',
    summary: 'No process sends reads to {{ $labels.server }}',
    description:
      'It does not answer its probes, is behind the primary, or is no replica any more. The other servers answer in its place, with less capacity. Nothing is lost: films are on the primary.',
  },
  {
    alert: 'CaudalFilmsReplicaLagging',
    expr: `min by (${byServer}) (${select(METRICS.filmReplicaLag, isReplica)}) > 5`,
    for: '2m',
    severity: 'warning',
    summary: '{{ $labels.server }} is {{ $value | humanizeDuration }} behind the primary',
    description:
      'It replays what the primary writes more slowly than it is written, or not at all. It gets no reads meanwhile, and the primary keeps what it lacks: its disk fills up to the limit of the replication slot.',
  },
  {
    alert: 'CaudalFilmsFailing',
    expr: `${requests('status=~"5.."')} / ${requests()} > 0.01`,
    for: '5m',
    severity: 'critical',
    summary: '{{ $value | humanizePercentage }} of requests to films fail with 5xx',
    description:
      'No server answered these reads within the deadline, nor at a second try. With one replica that works this does not happen: all are away, or all are overloaded.',
  },
  {
    alert: 'CaudalFilmsSlow',
    expr: `${slowest} > 0.5`,
    for: '5m',
    severity: 'warning',
    summary: 'One request in a hundred to films takes {{ $value | humanizeDuration }} or more',
    description:
      'Reads wait for the database or for a processor: too few replicas or API pods, or a search of the kind contains, which reads every title.',
  },
  {
    alert: 'CaudalFilmsLastResort',
    expr: `sum by (${release}) (rate(${select(METRICS.filmLastResort)}[5m])) > 0 and on (${release}) ${hasReplicas}`,
    for: '5m',
    severity: 'warning',
    summary: 'The primary answers {{ $value | humanize }} reads of films per second',
    description:
      'For five minutes reads have gone to the primary because no replica could take them. Clients notice nothing, but the primary is now the only server that they depend on, and reads slow down its writes.',
  },
];
