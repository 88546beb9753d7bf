import { METRICS, type MetricDefinition } from '@caudal/common/metrics';
import { buckets, LANE_SCOPE, quantiles, RATE_WINDOW, SCOPE, type Signal, select } from './signal.ts';

const perSecond = (metric: MetricDefinition, matchers = LANE_SCOPE): string =>
  `rate(${select(metric, matchers)}[${RATE_WINDOW}])`;
/** Of what every console reads from the same broker or store. */
const seenByConsole = (metric: MetricDefinition): string =>
  `sum by (lane) (max by (namespace, release, lane) (${select(metric, LANE_SCOPE)}))`;
const storedInCountries = perSecond(METRICS.storedMessages, `${LANE_SCOPE}, country=~"$country"`);

/** Messages stored per second, by lane. */
export const STORE_RATE: Signal = {
  title: 'Messages stored',
  description:
    'Messages per second that each lane has stored, each counted once. At a steady load it equals the rate at ingest.',
  unit: 'mps',
  queries: [{ expr: `sum by (lane) (${storedInCountries})`, legend: '{{lane}}' }],
};

/** Messages stored per second, by consumer. */
export const STORE_RATE_BY_CONSUMER: Signal = {
  title: 'Messages stored by consumer, $lane',
  description:
    'Messages per second stored by each consumer of the lane, stacked. Uneven shares: look at the partitions each one reads.',
  unit: 'mps',
  queries: [{ expr: `sum by (lane, pod) (${storedInCountries})`, legend: '{{pod}} {{lane}}' }],
};

/** Messages stored per second in the busiest countries. */
export const STORE_RATE_BY_COUNTRY: Signal = {
  title: 'Busiest countries, $lane',
  description: 'Messages per second stored by the lane, for the countries with the most at each moment.',
  unit: 'mps',
  queries: [
    { expr: `topk($top, sum by (lane, country) (${storedInCountries}))`, legend: '{{country}} {{lane}}' },
  ],
};

/** End-to-end latency by lane. */
export const END_TO_END: Signal = {
  title: 'End-to-end latency',
  description:
    "From acceptance at ingest to the store's reply. Backlog makes it longer: a message waits for all before it. The scale doubles from line to line.",
  unit: 's',
  queries: quantiles(METRICS.endToEndSeconds, LANE_SCOPE, ['lane']),
};

/** The same for the one lane of a repeated panel. */
export const END_TO_END_OF_LANE: Signal = {
  ...END_TO_END,
  title: 'End-to-end latency, $lane',
};

/** End-to-end latency as a heat map. */
export const END_TO_END_SPREAD: Signal = {
  title: 'Spread of end-to-end latency, $lane',
  description:
    'How many messages took how long from ingest to the store; the range is the same for every lane. The strongest band is the usual time; a second band above it is a part that waits.',
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
    '95th percentile for each consumer of the lane. One above the others has a slow node, a hot partition or too little CPU.',
  unit: 's',
  queries: [
    {
      expr: `histogram_quantile(0.95, sum by (le, lane, pod) (rate(${buckets(METRICS.endToEndSeconds, LANE_SCOPE)}[${RATE_WINDOW}])))`,
      legend: '{{pod}} {{lane}}',
    },
  ],
};

const backlog = seenByConsole(METRICS.backlogMessages);
// A consumer that does not say what it holds leaves everything in `waiting`.
const inHand = `(sum by (lane) (${select(METRICS.inHandMessages, LANE_SCOPE)}) or 0 * ${backlog})`;

/** Messages a lane still has to store: at the broker and with its consumers. */
export const BACKLOG: Signal = {
  title: 'Backlog',
  description:
    'Messages a lane still has to store. In hand: delivered to its consumers and not stored yet. Waiting: still with the broker. Stacked by lane, so the upper edge is everything. 0 at rest; growing means that consumers are slower than ingest.',
  unit: 'short',
  queries: [
    { expr: inHand, legend: '{{lane}} in hand' },
    { expr: `clamp_min(${backlog} - ${inHand}, 0)`, legend: '{{lane}} waiting' },
  ],
};

const LONGEST_SECONDS = 3_600;

/** Time a lane needs for its backlog at its present rate. */
export const SECONDS_BEHIND: Signal = {
  title: 'Seconds behind',
  description:
    'Backlog divided by the rate at which the lane stores: how long it needs for what it has, if nothing else comes. At most an hour is shown; an hour also stands for a backlog of which nothing is stored. The scale doubles from line to line.',
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

/** Running processes by lane, and what the broker sees of them. */
export const REPLICAS: Signal = {
  title: 'Replicas',
  description:
    'Processes that report: consumers by lane, and ingest. Dashed: consumers that the broker sees; below the line for longer than a rebalance, a consumer runs but does not read. Marks show where the number changed, by a person, an autoscaler or a failure.',
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
    'Kafka partitions, or the RabbitMQ queue, that each consumer reads. 0 on a Kafka consumer: there are more consumers than partitions, and this one waits.',
  unit: 'short',
  queries: [
    {
      expr: `sum by (lane, pod) (${select(METRICS.assignedSources, LANE_SCOPE)})`,
      legend: '{{pod}} {{lane}}',
    },
  ],
};

/** Messages in one store transaction, on average. */
export const BATCH_SIZE: Signal = {
  title: 'Messages in a store transaction',
  description:
    'Average batch. Batches grow with the load up to BATCH_MAX_MESSAGES; small ones at a high backlog mean that the broker hands out too little at a time.',
  unit: 'short',
  queries: [
    {
      expr: `sum by (lane) (rate(${select(`${METRICS.batchMessages.name}_sum`, LANE_SCOPE)}[${RATE_WINDOW}])) / sum by (lane) (rate(${select(`${METRICS.batchMessages.name}_count`, LANE_SCOPE)}[${RATE_WINDOW}]))`,
      legend: '{{lane}}',
    },
  ],
};

/** Time of one store transaction, by lane. */
export const STORE_SECONDS: Signal = {
  title: 'Time of a store transaction',
  description: 'From sending a batch to the store to its reply, by lane.',
  unit: 's',
  queries: quantiles(METRICS.storeSeconds, LANE_SCOPE, ['lane']),
};

/** Retried store transactions. */
export const STORE_RETRIES: Signal = {
  title: 'Store transactions tried again',
  description:
    'Per second, because their outcome was unknown. Harmless for the count (the store knows each message), but the store or the network is in trouble.',
  unit: 'ops',
  queries: [{ expr: `sum by (lane) (${perSecond(METRICS.storeRetries)})`, legend: '{{lane}}' }],
};

/** Messages delivered again, and messages already stored. */
export const REPEATS: Signal = {
  title: 'Repeated deliveries',
  description:
    'Messages per second that a broker delivered again, and those that were already stored and so not counted twice. Usual after a consumer, broker or store restarts.',
  unit: 'mps',
  queries: [
    { expr: `sum by (lane) (${perSecond(METRICS.redeliveries)})`, legend: 'redelivered, {{lane}}' },
    { expr: `sum by (lane) (${perSecond(METRICS.duplicates)})`, legend: 'already stored, {{lane}}' },
  ],
};

/** Messages parked by the consumers. */
export const DEAD_LETTER_RATE: Signal = {
  title: 'Messages parked',
  description:
    'Messages per second that consumers sent to the dead-letter queue or topic. Anything above 0: something publishes what is not a message.',
  unit: 'mps',
  queries: [{ expr: `sum by (lane) (${perSecond(METRICS.deadLetters)})`, legend: '{{lane}}' }],
};

const paused = `max by (lane) (${select(METRICS.lanePaused, LANE_SCOPE)})`;

/** Whether a lane waits for its store. */
export const PAUSED: Signal = {
  title: 'Lanes',
  description:
    'Paused: at least one consumer of the lane waits for its store. Other lanes are not affected, and the lane drains when the store is back.',
  unit: 'short',
  queries: [{ expr: paused, legend: '{{lane}}' }],
};

/** Messages in the stores, ever. */
export const STORE_TOTAL: Signal = {
  title: 'Messages in the stores',
  description:
    'All messages each store has ever counted, read from the store. Lanes of the same age are level at rest.',
  unit: 'short',
  queries: [
    {
      expr: `sum by (lane) (max by (namespace, release, lane, country) (${select(METRICS.storeMessages, `${LANE_SCOPE}, country=~"$country"`)}))`,
      legend: '{{lane}}',
    },
  ],
};

/** Every part of the pipeline: 1 where it works, 0 where it does not. */
export const PARTS: Signal = {
  title: 'Parts',
  description:
    'Brokers as ingest reaches them; stores as their lanes reach them (down: the lane is paused); ingest and console by whether they report. What is down says where to look first.',
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
