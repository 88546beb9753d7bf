import { METRICS, type MetricDefinition } from '@caudal/common/metrics';
import { buckets, LANE_SCOPE, quantiles, RATE_WINDOW, SCOPE, type Signal, select } from './signal.ts';

const perSecond = (metric: MetricDefinition, matchers = LANE_SCOPE): string =>
  `rate(${select(metric, matchers)}[${RATE_WINDOW}])`;
/** Merges the values that several consoles read from the same broker or store. */
const seenByConsole = (metric: MetricDefinition): string =>
  `sum by (lane) (max by (namespace, release, lane) (${select(metric, LANE_SCOPE)}))`;
const storedInCountries = perSecond(METRICS.storedMessages, `${LANE_SCOPE}, country=~"$country"`);

/** Messages stored per second, by lane. */
export const STORE_RATE: Signal = {
  title: 'Messages stored',
  description:
    'Messages stored per second by lane, each counted once. Under steady load it equals the rate at ingest.',
  unit: 'mps',
  queries: [{ expr: `sum by (lane) (${storedInCountries})`, legend: '{{lane}}' }],
};

/** Messages stored per second, by consumer. */
export const STORE_RATE_BY_CONSUMER: Signal = {
  title: 'Messages stored by consumer, $lane',
  description:
    "Messages stored per second by each consumer of the lane, stacked. For uneven shares, check each consumer's partitions.",
  unit: 'mps',
  queries: [{ expr: `sum by (lane, pod) (${storedInCountries})`, legend: '{{pod}} {{lane}}' }],
};

/** Messages stored per second in the busiest countries. */
export const STORE_RATE_BY_COUNTRY: Signal = {
  title: 'Busiest countries, $lane',
  description:
    'Messages stored per second by the lane, for the countries with the highest rate at each time.',
  unit: 'mps',
  queries: [
    { expr: `topk($top, sum by (lane, country) (${storedInCountries}))`, legend: '{{country}} {{lane}}' },
  ],
};

/** End-to-end latency by lane. */
export const END_TO_END: Signal = {
  title: 'End-to-end latency',
  description:
    "Time from acceptance at ingest to the store's reply. A backlog increases it: a message waits for all messages before it. Logarithmic scale.",
  unit: 's',
  queries: quantiles(METRICS.endToEndSeconds, LANE_SCOPE, ['lane']),
};

/** End-to-end latency for the lane of a repeated panel. */
export const END_TO_END_OF_LANE: Signal = {
  ...END_TO_END,
  title: 'End-to-end latency, $lane',
};

/** End-to-end latency as a heat map. */
export const END_TO_END_SPREAD: Signal = {
  title: 'Distribution of end-to-end latency, $lane',
  description:
    'Distribution of the time from ingest to the store; all lanes share the same range. The strongest band is the usual latency; a second band above it means that some messages wait.',
  unit: 's',
  queries: [
    {
      expr: `sum by (le) (increase(${buckets(METRICS.endToEndSeconds, LANE_SCOPE)}[${RATE_WINDOW}]))`,
      legend: '{{le}}',
    },
  ],
};

/** 95th percentile of end-to-end latency, by consumer. */
export const END_TO_END_BY_CONSUMER: Signal = {
  title: 'End-to-end latency by consumer (p95), $lane',
  description:
    '95th percentile by consumer of the lane. A consumer above the others has a slow node, a hot partition or too little CPU.',
  unit: 's',
  queries: [
    {
      expr: `histogram_quantile(0.95, sum by (le, lane, pod) (rate(${buckets(METRICS.endToEndSeconds, LANE_SCOPE)}[${RATE_WINDOW}])))`,
      legend: '{{pod}} {{lane}}',
    },
  ],
};

const backlog = seenByConsole(METRICS.backlogMessages);
// Without this metric from a consumer, its messages count as `waiting`.
const inHand = `(sum by (lane) (${select(METRICS.inHandMessages, LANE_SCOPE)}) or 0 * ${backlog})`;

/** Messages a lane still has to store, at the broker and in its consumers. */
export const BACKLOG: Signal = {
  title: 'Backlog',
  description:
    'Messages a lane still has to store. In hand: delivered to its consumers but not stored yet. Waiting: still at the broker. Stacked by lane: the upper edge is the total. 0 at rest; a growing backlog means that consumers are slower than ingest.',
  unit: 'short',
  queries: [
    { expr: inHand, legend: '{{lane}} in hand' },
    { expr: `clamp_min(${backlog} - ${inHand}, 0)`, legend: '{{lane}} waiting' },
  ],
};

const LONGEST_SECONDS = 3_600;

/** Time a lane needs for its backlog at its current rate. */
export const SECONDS_BEHIND: Signal = {
  title: 'Seconds behind',
  description:
    "Backlog divided by the lane's storage rate: the time to drain without new messages. Capped at one hour, which also stands for a backlog that is not being stored. Logarithmic scale.",
  unit: 's',
  queries: [
    {
      expr: `clamp_max((${backlog} / sum by (lane) (${perSecond(METRICS.storedMessages)})) > 0, ${LONGEST_SECONDS}) or ${LONGEST_SECONDS} * (${backlog} > bool 0)`,
      legend: '{{lane}}',
    },
  ],
};

const consumers = `count by (lane) (${select(METRICS.assignedSources, LANE_SCOPE)})`;
const ingests = `count(count by (namespace, release, instance) (${select(METRICS.ingestPending, SCOPE)}))`;

/** Running processes by lane, and consumers seen by the broker. */
export const REPLICAS: Signal = {
  title: 'Replicas',
  description:
    'Running processes: consumers by lane, and ingest. Dashed: consumers seen by the broker; if it stays below the solid line for longer than a rebalance, a consumer is running but not reading. Marks show changes by an operator, an autoscaler or a failure.',
  unit: 'short',
  queries: [
    { expr: consumers, legend: '{{lane}}' },
    { expr: `label_replace(${ingests}, "lane", "ingest", "", "")`, legend: 'ingest' },
    { expr: seenByConsole(METRICS.laneConsumers), legend: '{{lane}} seen by the broker' },
  ],
};

/** Partitions or queues by consumer. */
export const SOURCES_BY_CONSUMER: Signal = {
  title: 'Partitions by consumer, $lane',
  description:
    'Partitions of a log, or the queue, read by each consumer. A consumer with 0 is idle: there are more consumers than partitions.',
  unit: 'short',
  queries: [
    {
      expr: `sum by (lane, pod) (${select(METRICS.assignedSources, LANE_SCOPE)})`,
      legend: '{{pod}} {{lane}}',
    },
  ],
};

/** Average messages per store transaction. */
export const BATCH_SIZE: Signal = {
  title: 'Messages per store transaction',
  description:
    'Average batch size. Batches grow with the load up to BATCH_MAX_MESSAGES; small batches with a high backlog mean that the broker delivers too few messages at a time.',
  unit: 'short',
  queries: [
    {
      expr: `sum by (lane) (rate(${select(`${METRICS.batchMessages.name}_sum`, LANE_SCOPE)}[${RATE_WINDOW}])) / sum by (lane) (rate(${select(`${METRICS.batchMessages.name}_count`, LANE_SCOPE)}[${RATE_WINDOW}]))`,
      legend: '{{lane}}',
    },
  ],
};

/** Duration of store transactions by lane. */
export const STORE_SECONDS: Signal = {
  title: 'Store transaction duration',
  description: "Time from sending a batch to the store's reply, by lane.",
  unit: 's',
  queries: quantiles(METRICS.storeSeconds, LANE_SCOPE, ['lane']),
};

const storeTime = `rate(${select(`${METRICS.storeSeconds.name}_sum`, LANE_SCOPE)}[${RATE_WINDOW}])`;

/** Time of store transactions for one message, by lane. */
export const STORE_TIME_PER_MESSAGE: Signal = {
  title: 'Store time per message',
  description:
    'Time of store transactions divided by the messages stored in them: what a message costs in each store. Falls as batches grow. Logarithmic scale.',
  unit: 's',
  queries: [
    {
      expr: `sum by (lane) (${storeTime}) / (sum by (lane) (${perSecond(METRICS.storedMessages)}) > 0)`,
      legend: '{{lane}}',
    },
  ],
};

/** Share of its time that a consumer waits for its store, by lane. */
export const STORE_SHARE: Signal = {
  title: 'Consumers waiting for their store',
  description:
    'Share of time in store transactions, on average over the consumers of the lane. Near 100 % the store decides how fast the lane is; above it, a consumer has several transactions at a time.',
  unit: 'percentunit',
  queries: [{ expr: `avg by (lane) (${storeTime})`, legend: '{{lane}}' }],
};

/** Retried store transactions. */
export const STORE_RETRIES: Signal = {
  title: 'Store transaction retries',
  description:
    'Retries per second after an unknown outcome. They do not affect the counts (the store recognises each message), but indicate a problem of the store or the network.',
  unit: 'ops',
  queries: [{ expr: `sum by (lane) (${perSecond(METRICS.storeRetries)})`, legend: '{{lane}}' }],
};

/** Redelivered messages and duplicates. */
export const REPEATS: Signal = {
  title: 'Redeliveries and duplicates',
  description:
    'Messages per second redelivered by a broker, and duplicates that were already stored and not counted again. Expected after a restart of a consumer, broker or store.',
  unit: 'mps',
  queries: [
    { expr: `sum by (lane) (${perSecond(METRICS.redeliveries)})`, legend: 'redelivered, {{lane}}' },
    { expr: `sum by (lane) (${perSecond(METRICS.duplicates)})`, legend: 'already stored, {{lane}}' },
  ],
};

/** Dead letters per second. */
export const DEAD_LETTER_RATE: Signal = {
  title: 'Dead-letter rate',
  description:
    'Messages per second that consumers moved to the dead-letter queue or topic. Above 0, a publisher sends invalid messages.',
  unit: 'mps',
  queries: [{ expr: `sum by (lane) (${perSecond(METRICS.deadLetters)})`, legend: '{{lane}}' }],
};

const paused = `max by (lane) (${select(METRICS.lanePaused, LANE_SCOPE)})`;

/** Whether a lane is paused. */
export const PAUSED: Signal = {
  title: 'Lanes',
  description:
    'Paused: at least one consumer of the lane is waiting for its store. Other lanes are not affected, and the lane drains when the store is back.',
  unit: 'short',
  queries: [{ expr: paused, legend: '{{lane}}' }],
};

/** Total messages in the stores. */
export const STORE_TOTAL: Signal = {
  title: 'Messages in the stores',
  description:
    'Total messages counted by each store, read from the store. At rest, lanes of the same age are equal.',
  unit: 'short',
  queries: [
    {
      expr: `sum by (lane) (max by (namespace, release, lane, country) (${select(METRICS.storeMessages, `${LANE_SCOPE}, country=~"$country"`)}))`,
      legend: '{{lane}}',
    },
  ],
};

/** Status of every component: 1 is up, 0 is down. */
export const PARTS: Signal = {
  title: 'Components',
  description:
    'Brokers as seen by ingest, stores as seen by their lanes (down: the lane is paused), ingest and console by their metrics. A component that is down is the first place to look.',
  unit: 'short',
  queries: [
    {
      expr: `min by (broker) (${select(METRICS.brokerUp, SCOPE)})`,
      legend: '{{broker}}',
    },
    { expr: `1 - ${paused}`, legend: 'store of {{lane}}' },
    { expr: `clamp_max(count(${select(METRICS.ingestPending, SCOPE)}), 1) or vector(0)`, legend: 'ingest' },
    {
      expr: `clamp_max(count(${select(METRICS.backlogMessages, SCOPE)}), 1) or vector(0)`,
      legend: 'console',
    },
  ],
};
