import { METRICS, type MetricDefinition } from '@caudal/common/metrics';
import { quantiles, RATE_WINDOW, SCOPE, type Signal, select } from './signal.ts';

const perSecond = (metric: MetricDefinition, matchers = ''): string =>
  `rate(${select(metric, matchers === '' ? SCOPE : `${SCOPE}, ${matchers}`)}[${RATE_WINDOW}])`;
/** Merges the values that several replicas read from the same database; `labels` are kept apart. */
const seenByReplicas = (metric: MetricDefinition, labels: readonly string[] = []): string => {
  const by = labels.length === 0 ? '' : ` by (${labels.join(', ')})`;
  return `sum${by} (max by (${['namespace', 'release', ...labels].join(', ')}) (${select(metric, SCOPE)}))`;
};

/** Orders per second at the API, by outcome. */
export const ORDER_RATE: Signal = {
  title: 'Orders at the API',
  description:
    'Orders per second by outcome. Accepted: the broker has confirmed it. Refused: never written. Unconfirmed: written, no confirm before the deadline; the client repeats it under its key.',
  unit: 'ops',
  queries: [{ expr: `sum by (outcome) (${perSecond(METRICS.orders)})`, legend: '{{outcome}}' }],
};

/** Response time of an order. */
export const ORDER_SECONDS: Signal = {
  title: 'Response time of an order',
  description:
    "Time from the first byte of an order to its response. A 202 waits for the broker's confirm and for nothing else: the database may be away.",
  unit: 's',
  queries: quantiles(METRICS.orderRequestSeconds, SCOPE),
};

/** Requests per second to the orders API. */
export const ORDER_REQUEST_RATE: Signal = {
  title: 'Requests to the shop',
  description:
    'HTTP requests per second by route and status. 503 asks the client to retry later (Retry-After); 404 for an order is proven, not a guess.',
  unit: 'reqps',
  queries: [
    { expr: `sum by (route, status) (${perSecond(METRICS.orderRequests)})`, legend: '{{route}} {{status}}' },
  ],
};

/** Orders in each state. */
export const ORDERS_BY_STATE: Signal = {
  title: 'Orders by state',
  description:
    'Orders in each state, read from the database. Received, preparing and delivering are as high as the rate times the seconds of a step; finished and cancelled grow until orders expire.',
  unit: 'short',
  queries: [{ expr: seenByReplicas(METRICS.ordersByState, ['state']), legend: '{{state}}' }],
};

/** Orders that reach a state, per second. */
export const TRANSITION_RATE: Signal = {
  title: 'Transitions',
  description:
    'Orders taken in, and orders that reached each state by a timer, per second. Under a steady load all are the same, each a step later than the one before.',
  unit: 'ops',
  queries: [
    { expr: `sum(${perSecond(METRICS.ordersTakenIn)})`, legend: 'received' },
    { expr: `sum by (state) (${perSecond(METRICS.orderTransitions)})`, legend: '{{state}}' },
  ],
};

/** How late timers are. */
export const TIMER_LATENESS: Signal = {
  title: 'Lateness of timers',
  description:
    'Time from when a state was due to when it was reached. A state never ends early. After an outage of the database it is as long as the outage, once. Logarithmic scale.',
  unit: 's',
  queries: quantiles(METRICS.orderTimerLateness, SCOPE),
};

/** Transitions that wait to be announced. */
export const OUTBOX_RECORDS: Signal = {
  title: 'Announcements waiting',
  description:
    'Transitions in the outbox: in the database, not yet in the topic of announcements. Grows while the broker is away; no state is lost or held up.',
  unit: 'short',
  queries: [{ expr: seenByReplicas(METRICS.outboxRecords), legend: 'waiting' }],
};

/** Age of the oldest of them. */
export const OUTBOX_AGE: Signal = {
  title: 'Oldest announcement waiting',
  description: 'Age of the oldest transition in the outbox. Its mail is late by at least that.',
  unit: 's',
  queries: [{ expr: `max(${select(METRICS.outboxAgeSeconds, SCOPE)})`, legend: 'oldest' }],
};

/** Announcements per second. */
export const RELAY_RATE: Signal = {
  title: 'Announcements',
  description:
    'Transitions announced per second. Above the sum of transitions: after an unknown outcome an announcement is written again, and the notifier discards it.',
  unit: 'ops',
  queries: [{ expr: `sum(${perSecond(METRICS.relayedRecords)})`, legend: 'announced' }],
};

const mails = (outcome: string): string => `sum(${perSecond(METRICS.mails, `outcome="${outcome}"`)})`;

/** Attempts to send a mail, by outcome. */
export const MAIL_RATE: Signal = {
  title: 'Attempts to send a mail',
  description:
    'Attempts per second by outcome. Tried again: the mail server refused for now. Parked: refused permanently. Unknown: no answer; the same bytes are sent again, so a customer can get that mail twice.',
  unit: 'ops',
  queries: [
    { expr: mails('sent'), legend: 'sent' },
    { expr: mails('refused'), legend: 'tried again' },
    { expr: mails('parked'), legend: 'parked' },
    { expr: mails('unknown'), legend: 'unknown' },
  ],
};

/** Time from a transition to its mail. */
export const MAIL_SECONDS: Signal = {
  title: 'Time to a mail',
  description:
    "Time from a transition to the mail server's acceptance of its mail. A mail waits for the earlier ones of its order. Logarithmic scale.",
  unit: 's',
  queries: quantiles(METRICS.mailSeconds, SCOPE),
};

/** Mails in each status. */
export const MAILS_BY_STATUS: Signal = {
  title: 'Mails by status',
  description:
    'Mails in each status, read from the database. Waiting ones include those that wait for an earlier mail of their order; parked ones are not sent again.',
  unit: 'short',
  queries: [{ expr: seenByReplicas(METRICS.mailsByStatus, ['status']), legend: '{{status}}' }],
};

/** Age of the oldest mail that could be sent. */
export const MAIL_OLDEST_DUE: Signal = {
  title: 'Oldest mail waiting',
  description:
    'Age of the oldest mail that could be sent. A mail that waits for its next attempt, or for an earlier mail of its order, does not count.',
  unit: 's',
  queries: [{ expr: `max(${select(METRICS.mailOldestDueSeconds, SCOPE)})`, legend: 'oldest' }],
};

/** Whether the mail server answers. */
export const MAIL_SERVER_UP: Signal = {
  title: 'Mail server, seen from the notifier',
  description: 'Whether a notifier has a session with the mail server. Without one, mails wait.',
  unit: 'short',
  queries: [{ expr: `max(${select(METRICS.mailServerUp, SCOPE)})`, legend: 'mail server' }],
};

/** Work that was done twice, or tried again. */
export const ORDER_REPEATS: Signal = {
  title: 'Repeats',
  description:
    'Per second. Duplicates: orders in the log that had been taken in already, as after a retry. Read again: records read again after a rebalance. Database: statements tried again because it was away. None of it changes an order.',
  unit: 'ops',
  queries: [
    { expr: `sum(${perSecond(METRICS.orderDuplicates)})`, legend: 'duplicates' },
    { expr: `sum(${perSecond(METRICS.orderRedeliveries)})`, legend: 'read again' },
    { expr: `sum(${perSecond(METRICS.orderDatabaseRetries)})`, legend: 'database' },
  ],
};

/** Records that can never be used. */
export const ORDER_DEAD_LETTERS: Signal = {
  title: 'Dead letters of orders',
  description:
    'Records per second moved to a dead-letter topic because they can never be used. Must be 0: the API writes none, so another program wrote to the topic.',
  unit: 'ops',
  queries: [{ expr: `sum by (topic) (${perSecond(METRICS.orderDeadLetters)})`, legend: '{{topic}}' }],
};

/** Counts series that every process of orders exports; empty where the system is off. */
export const ORDERS_SERIES = `count({__name__=~"${METRICS.orderClients.name}|${METRICS.ordersTakenIn.name}"})`;
