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
    'Messages per second that each lane has stored, each counted once. At a steady load it equals the rate at the door.',
  unit: 'mps',
  queries: [{ expr: `sum by (lane) (${storedInCountries})`, legend: '{{lane}}' }],
};

/** Messages stored per second, by consumer. */
export const STORE_RATE_BY_CONSUMER: Signal = {
  title: 'Messages stored by consumer, $lane',
  description:
    'Messages per second stored by each consumer of the lane, stacked. Uneven shares: look at the partitions each one reads.',
  unit: 'mps',
  queries: [{ expr: `sum by (pod) (${storedInCountries})`, legend: '{{pod}}' }],
};

/** Messages stored per second in the busiest countries. */
export const STORE_RATE_BY_COUNTRY: Signal = {
  title: 'Busiest countries, $lane',
  description: 'Messages per second stored by the lane, for the countries with the most at each moment.',
  unit: 'mps',
  queries: [{ expr: `topk($top, sum by (country) (${storedInCountries}))`, legend: '{{country}}' }],
};

/** Time from the door to the store, by lane. */
export const END_TO_END: Signal = {
  title: 'Time from door to store',
  description:
    "From acceptance at the door to the store's reply. Backlog makes it longer: a message waits for all before it.",
  unit: 's',
  queries: quantiles(METRICS.endToEndSeconds, LANE_SCOPE, ['lane']),
};

/** The same for the one lane of a repeated panel. */
export const END_TO_END_OF_LANE: Signal = {
  ...END_TO_END,
  title: 'Time from door to store, $lane',
  queries: quantiles(METRICS.endToEndSeconds, LANE_SCOPE),
};

/** Time from the door to the store as a heat map. */
export const END_TO_END_SPREAD: Signal = {
  title: 'Spread of the time from door to store, $lane',
  description:
    'How many messages took how long from the door to the store. The darker band is the usual time; a second band above it is a part that waits.',
  unit: 's',
  queries: [
    {
      expr: `sum by (le) (increase(${buckets(METRICS.endToEndSeconds, LANE_SCOPE)}[${RATE_WINDOW}]))`,
      legend: '{{le}}',
    },
  ],
};

/** 95th percentile of the time from door to store, by consumer. */
export const END_TO_END_BY_CONSUMER: Signal = {
  title: 'Time from door to store by consumer (p95), $lane',
  description:
    '95th percentile for each consumer of the lane. One above the others has a slow node, a hot partition or too little CPU.',
  unit: 's',
  queries: [
    {
      expr: `histogram_quantile(0.95, sum by (le, pod) (rate(${buckets(METRICS.endToEndSeconds, LANE_SCOPE)}[${RATE_WINDOW}])))`,
      legend: '{{pod}}',
    },
  ],
};

/** Messages a lane still has to store. */
export const BACKLOG: Signal = {
  title: 'Backlog',
  description:
    'Messages a lane still has to store: lag of the Kafka log against the store, or messages ready in the RabbitMQ queue, without those that its consumers hold (see Brokers and stores). 0 at rest; growing means that consumers are slower than the door.',
  unit: 'short',
  queries: [{ expr: seenByConsole(METRICS.backlogMessages), legend: '{{lane}}' }],
};

const consumers = `count by (lane) (${select(METRICS.assignedSources, LANE_SCOPE)})`;
const doors = `count(count by (namespace, release, instance) (${select(METRICS.ingestPending, SCOPE)}))`;

/** Running processes by lane, and what the broker sees of them. */
export const REPLICAS: Signal = {
  title: 'Replicas',
  description:
    'Processes that report: consumers by lane and ingest. Marks show where their number changed, by a person, an autoscaler or a failure.',
  unit: 'short',
  queries: [
    { expr: consumers, legend: '{{lane}}' },
    { expr: `label_replace(${doors}, "lane", "ingest", "", "")`, legend: 'ingest' },
  ],
};

/** Partitions or queues by consumer. */
export const SOURCES_BY_CONSUMER: Signal = {
  title: 'Partitions by consumer',
  description:
    'Kafka partitions, or the RabbitMQ queue, that each consumer reads. 0 on a Kafka consumer: there are more consumers than partitions, and this one waits.',
  unit: 'short',
  queries: [
    { expr: `sum by (lane, pod) (${select(METRICS.assignedSources, LANE_SCOPE)})`, legend: '{{pod}}' },
  ],
};

/** Consumers as the broker sees them. */
export const CONSUMERS_AT_BROKER: Signal = {
  title: 'Consumers the broker sees',
  description:
    'Members of the Kafka group, or consumers of the RabbitMQ queue. Below Replicas for longer than a rebalance: a consumer runs but does not read.',
  unit: 'short',
  queries: [{ expr: seenByConsole(METRICS.laneConsumers), legend: '{{lane}}' }],
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
    'Messages per second that consumers sent to the dead-letter queue or topic. Anything above 0: somebody publishes what is no message.',
  unit: 'mps',
  queries: [{ expr: `sum by (lane) (${perSecond(METRICS.deadLetters)})`, legend: '{{lane}}' }],
};

/** Whether a lane waits for its store. */
export const PAUSED: Signal = {
  title: 'Lanes',
  description:
    'Paused: at least one consumer of the lane waits for its store. The other lanes go on; it drains by itself when the store is back.',
  unit: 'short',
  queries: [{ expr: `max by (lane) (${select(METRICS.lanePaused, LANE_SCOPE)})`, legend: '{{lane}}' }],
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

// Of every lane: dashboards without the variable `lane` show these marks as well.
const now = `count by (lane) (${select(METRICS.assignedSources, SCOPE)})`;
const before = `count by (lane) (${select(METRICS.assignedSources, SCOPE)} offset $__interval)`;

/** Where the number of a lane's consumers rose: its value is the new number. */
export const SCALED_UP = `${now} > ${before}`;

/** Where the number of a lane's consumers fell: its value is the old number, as the new one may be 0 and without series. */
export const SCALED_DOWN = `${before} > (${now} or 0 * ${before})`;
