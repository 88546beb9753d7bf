import { METRICS } from '@caudal/common/metrics';
import { buckets, select } from '../signals/signal.ts';
import type { AlertRule } from './rule.ts';

const release = 'namespace, release';
const lateness = `histogram_quantile(0.99, sum by (${release}, le) (rate(${buckets(METRICS.orderTimerLateness)}[5m])))`;
const open = `sum by (${release}) (max by (${release}, state) (${select(METRICS.ordersByState, 'state=~"received|preparing|delivering"')}))`;
const moving = `sum by (${release}) (rate(${select(METRICS.orderTransitions)}[5m]))`;
const api = `count by (${release}) (${select(METRICS.orderClients)})`;
const processors = `count by (${release}) (${select(METRICS.ordersTakenIn)})`;

/** Alerts on orders. They need the system of orders, which is off by default. */
export const ORDER_ALERTS: readonly AlertRule[] = [
  {
    alert: 'CaudalOrdersStuck',
    expr: `(${open} > 0 unless on (${release}) ${moving} > 0) or (${api} unless on (${release}) ${processors})`,
    for: '5m',
    severity: 'critical',
    summary: 'Orders wait, and none has reached a state for five minutes',
    description:
      'Timers are in the database: it is away, or no processor runs. The API accepts orders meanwhile, and no order skips a state afterwards. Expected if a step (STEP_MS) is longer than five minutes.',
  },
  {
    alert: 'CaudalOrderTimersLate',
    expr: `${lateness} > 5`,
    for: '5m',
    severity: 'warning',
    summary: 'One order in a hundred reaches its state {{ $value | humanizeDuration }} late or more',
    description:
      'Processors move orders more slowly than orders become due: too few processors, or a slow database. States are reached late, never early and none is skipped.',
  },
  {
    alert: 'CaudalOutboxGrowing',
    expr: `max by (${release}) (${select(METRICS.outboxAgeSeconds)}) > 60`,
    for: '2m',
    severity: 'warning',
    summary: 'The oldest announcement of an order has waited for {{ $value | humanizeDuration }}',
    description:
      'Transitions are in the database, but the broker does not take their announcements, so their mails are late. Orders are not held up. The outbox grows until it does, and is then announced in order.',
  },
  {
    alert: 'CaudalMailsParked',
    expr: `sum by (${release}) (increase(${select(METRICS.mails, 'outcome="parked"')}[15m])) > 0`,
    for: '0m',
    severity: 'warning',
    summary: 'Mails were parked in the last 15 minutes',
    description:
      'The mail server refused them permanently, or as often as MAIL_MAX_ATTEMPTS allows. They are not sent again, and the next mail of the same order is sent. The order itself is not affected.',
  },
  {
    alert: 'CaudalMailServerDown',
    expr: `max by (${release}) (${select(METRICS.mailServerUp)}) == 0`,
    for: '2m',
    severity: 'warning',
    summary: 'No notifier can reach the mail server',
    description:
      'Mails wait in the database and are sent, in order, when the mail server is back. Orders are not affected.',
  },
];
