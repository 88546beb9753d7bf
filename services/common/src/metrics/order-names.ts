import type { MetricDefinition } from './names.ts';

/** Metrics of orders, part of {@link METRICS}. States are the five of an order, outcomes few. */
export const ORDER_METRICS = {
  orders: {
    name: 'caudal_orders_total',
    help: 'Orders at the API by outcome: accepted (the log has confirmed it), refused (never written) or unconfirmed (written, no confirm before the deadline)',
    labels: ['outcome'],
  },
  orderRequests: {
    name: 'caudal_orders_requests_total',
    help: 'HTTP requests to the orders API by route template and status',
    labels: ['route', 'status'],
  },
  orderRequestSeconds: {
    name: 'caudal_orders_request_seconds',
    help: 'Time from the first byte of an order to its response',
    labels: [],
  },
  orderWriteSeconds: {
    name: 'caudal_orders_write_seconds',
    help: 'Time from a flush of orders to the confirm of the last one',
    labels: [],
  },
  orderLogUp: {
    name: 'caudal_orders_log_up',
    help: '1 while this process can write orders to the log',
    labels: [],
  },
  orderClients: {
    name: 'caudal_order_clients',
    help: 'Clients that watch an order',
    labels: [],
  },
  ordersTakenIn: {
    name: 'caudal_orders_taken_in_total',
    help: 'Orders taken in from the log, each counted once',
    labels: [],
  },
  orderIntakeSeconds: {
    name: 'caudal_order_intake_seconds',
    help: 'Time from the acceptance of an order to its being taken in, by the clocks of both processes',
    labels: [],
  },
  orderDuplicates: {
    name: 'caudal_order_duplicates_total',
    help: 'Duplicates: orders in the log that had been taken in already',
    labels: [],
  },
  orderTransitions: {
    name: 'caudal_order_transitions_total',
    help: 'Orders that reached this state by a timer of this process',
    labels: ['state'],
  },
  orderTimerLateness: {
    name: 'caudal_order_timer_lateness_seconds',
    help: 'Time from when a state was due to when it was reached',
    labels: [],
  },
  ordersByState: {
    name: 'caudal_orders',
    help: 'Orders in each state, read from the database',
    labels: ['state'],
  },
  outboxRecords: {
    name: 'caudal_outbox_records',
    help: 'Transitions that are not announced yet, read from the database',
    labels: [],
  },
  outboxAgeSeconds: {
    name: 'caudal_outbox_age_seconds',
    help: 'Age of the oldest transition that is not announced yet',
    labels: [],
  },
  relayedRecords: {
    name: 'caudal_relayed_records_total',
    help: 'Transitions announced by this process; one of unknown outcome is announced again',
    labels: [],
  },
  orderRedeliveries: {
    name: 'caudal_order_redeliveries_total',
    help: "Records of a log read again because the batch was not at the database's position",
    labels: ['topic'],
  },
  orderDeadLetters: {
    name: 'caudal_order_dead_letters_total',
    help: 'Records moved to the dead-letter topic because they can never be used',
    labels: ['topic'],
  },
  orderDatabaseRetries: {
    name: 'caudal_order_database_retries_total',
    help: 'Statements of this service tried again because the database was away or their outcome was unknown',
    labels: ['service'],
  },
  mails: {
    name: 'caudal_mails_total',
    help: 'Attempts to send a mail by outcome: sent, refused (tried again), parked (refused permanently) or unknown (no answer; sent again)',
    labels: ['outcome'],
  },
  mailSeconds: {
    name: 'caudal_mail_seconds',
    help: "Time from a transition to the mail server's acceptance of its mail",
    labels: [],
  },
  mailsByStatus: {
    name: 'caudal_mails',
    help: 'Mails in each status, read from the database',
    labels: ['status'],
  },
  mailOldestDueSeconds: {
    name: 'caudal_mail_oldest_due_seconds',
    help: 'Age of the oldest mail that could be sent',
    labels: [],
  },
  mailServerUp: {
    name: 'caudal_mail_server_up',
    help: '1 while the mail server answers this process',
    labels: [],
  },
  mailboxMails: {
    name: 'caudal_mailbox_mails_total',
    help: 'Mails received by the mailbox',
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;
