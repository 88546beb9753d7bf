import { FILM_METRICS } from './film-names.ts';
import { ORDER_METRICS } from './order-names.ts';

/**
 * Every metric Caudal exports, with its labels: the contract of the dashboards, the alerts and the lab, which
 * import this file. Labels are bounded: countries are ISO 3166-1 alpha-2 codes, outcomes and lanes are few.
 */
export const METRICS = {
  ...ORDER_METRICS,
  ...FILM_METRICS,
  ingestMessages: {
    name: 'caudal_ingest_messages_total',
    help: 'Messages at ingest by outcome: accepted (both brokers confirmed), refused (never published) or unconfirmed (published, no confirm before the deadline)',
    labels: ['country', 'outcome'],
  },
  ingestRequests: {
    name: 'caudal_ingest_requests_total',
    help: 'HTTP requests by route template and status',
    labels: ['route', 'status'],
  },
  ingestRequestSeconds: {
    name: 'caudal_ingest_request_seconds',
    help: 'Time from the first byte of a POST to its response',
    labels: [],
  },
  ingestPending: {
    name: 'caudal_ingest_pending_messages',
    help: "Messages waiting for this broker's confirm",
    labels: ['broker'],
  },
  publishSeconds: {
    name: 'caudal_publish_seconds',
    help: 'Time from a flush to the confirm of its last message',
    labels: ['broker'],
  },
  brokerUp: {
    name: 'caudal_broker_up',
    help: '1 while this process can publish to the broker',
    labels: ['broker'],
  },
  storedMessages: {
    name: 'caudal_stored_messages_total',
    help: 'Messages stored by this consumer, each counted once',
    labels: ['lane', 'country'],
  },
  endToEndSeconds: {
    name: 'caudal_end_to_end_seconds',
    help: "End-to-end latency: time from acceptance at ingest to the store's reply",
    labels: ['lane'],
  },
  batchMessages: {
    name: 'caudal_batch_messages',
    help: 'Messages per store transaction',
    labels: ['lane'],
  },
  storeSeconds: {
    name: 'caudal_store_seconds',
    help: 'Duration of a store transaction',
    labels: ['lane'],
  },
  duplicates: {
    name: 'caudal_duplicates_total',
    help: 'Duplicates: messages already stored and not counted again',
    labels: ['lane'],
  },
  redeliveries: {
    name: 'caudal_redeliveries_total',
    help: "Messages redelivered by the broker, and batches behind the store's position",
    labels: ['lane'],
  },
  deadLetters: {
    name: 'caudal_dead_letters_total',
    help: 'Messages moved to the dead-letter queue or topic because they can never be stored',
    labels: ['lane'],
  },
  skippedMessages: {
    name: 'caudal_skipped_messages_total',
    help: 'Messages not stored because the lane does not take their country; only for lanes that take some countries',
    labels: ['lane'],
  },
  lanePaused: {
    name: 'caudal_lane_paused',
    help: '1 while this consumer waits for its store',
    labels: ['lane'],
  },
  storeRetries: {
    name: 'caudal_store_retries_total',
    help: 'Store transactions retried because their outcome was unknown',
    labels: ['lane'],
  },
  logRestarts: {
    name: 'caudal_log_restarts_total',
    help: 'Times a partition was read again because its log had been replaced or truncated',
    labels: ['lane'],
  },
  deletedUnstored: {
    name: 'caudal_deleted_unstored_messages_total',
    help: "Messages deleted by the log's retention before this lane stored them: lost for the lane",
    labels: ['lane'],
  },
  assignedSources: {
    name: 'caudal_assigned_sources',
    help: 'Partitions of a log, or queues, assigned to this consumer',
    labels: ['lane'],
  },
  assignedPartition: {
    name: 'caudal_assigned_partition_info',
    help: '1 for each partition of the log that is assigned to this consumer; only for lanes of a log',
    labels: ['lane', 'partition'],
  },
  backlogMessages: {
    name: 'caudal_backlog_messages',
    help: 'Messages a lane still has to store, waiting and in hand: the lag of the store behind a log, or ready plus unacknowledged in a queue (only ready if the console has no management API to ask)',
    labels: ['lane'],
  },
  inHandMessages: {
    name: 'caudal_in_hand_messages',
    help: 'Messages delivered to this consumer but not stored yet',
    labels: ['lane'],
  },
  deadLetterMessages: {
    name: 'caudal_dead_letter_messages',
    help: 'Messages in the dead-letter queue or topic',
    labels: ['lane'],
  },
  laneConsumers: {
    name: 'caudal_lane_consumers',
    help: 'Consumers seen by the broker',
    labels: ['lane'],
  },
  storeMessages: {
    name: 'caudal_store_messages',
    help: 'Messages counted in the store, exact across restarts',
    labels: ['lane', 'country'],
  },
  laneCountry: {
    name: 'caudal_lane_country_info',
    help: '1 for each country that the lane takes; only for lanes that take some countries',
    labels: ['lane', 'country'],
  },
  liveClients: {
    name: 'caudal_live_clients',
    help: "Clients of the console's live tail",
    labels: [],
  },
  liveDelivered: {
    name: 'caudal_live_delivered_total',
    help: 'Messages given to clients of the live tail: one message to a hundred clients counts a hundred',
    labels: [],
  },
  liveBehind: {
    name: 'caudal_live_behind_messages',
    help: 'Messages that the live client furthest behind has not been given yet, before its filter',
    labels: [],
  },
  liveMissed: {
    name: 'caudal_live_missed_total',
    help: 'Messages that live clients have missed, with a notice: too slow, or deleted by retention before they came back',
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;

/** Name, help and labels of one metric. */
export interface MetricDefinition {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** Buckets, in seconds, for what takes from half a millisecond to minutes; fine enough to read a p99 from. */
export const LATENCY_BUCKETS_SECONDS: readonly number[] = [
  0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3,
  0.4, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 20, 30, 60, 120, 300,
];

/** Buckets for batch sizes, in messages. */
export const BATCH_BUCKETS_MESSAGES: readonly number[] = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000,
];
