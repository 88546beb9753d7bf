import { RATE_WINDOW, SCOPE, type Signal, select } from './signal.ts';

/** Metrics of RabbitMQ's own prometheus plugin; the consoles of Caudal do not read these. */

const perSecond = (name: string): string => `sum(rate(${select(name, SCOPE)}[${RATE_WINDOW}]))`;

/** Messages in each queue. */
export const RABBITMQ_QUEUES: Signal = {
  title: 'RabbitMQ: messages in queues',
  description:
    'Ready: waiting to be delivered. Unacknowledged: with a consumer that has not stored them yet; at most its prefetch.',
  unit: 'short',
  queries: [
    {
      expr: `sum by (queue) (${select('rabbitmq_detailed_queue_messages_ready', SCOPE)})`,
      legend: '{{queue}} ready',
    },
    {
      expr: `sum by (queue) (${select('rabbitmq_detailed_queue_messages_unacked', SCOPE)})`,
      legend: '{{queue}} unacknowledged',
    },
  ],
};

/** Messages through the broker. */
export const RABBITMQ_RATES: Signal = {
  title: 'RabbitMQ: messages',
  description:
    'Messages per second. Confirmed below received: publishers wait. Acknowledged below delivered: the store holds the consumers up. Redelivered above 0: a consumer or its connection went away.',
  unit: 'mps',
  queries: [
    { expr: perSecond('rabbitmq_global_messages_received_total'), legend: 'received' },
    { expr: perSecond('rabbitmq_global_messages_confirmed_total'), legend: 'confirmed' },
    { expr: perSecond('rabbitmq_global_messages_delivered_total'), legend: 'delivered' },
    { expr: perSecond('rabbitmq_global_messages_acknowledged_total'), legend: 'acknowledged' },
    { expr: perSecond('rabbitmq_global_messages_redelivered_total'), legend: 'redelivered' },
  ],
};

/** Memory of each node against its limit. */
export const RABBITMQ_MEMORY: Signal = {
  title: 'RabbitMQ: memory',
  description: 'Resident memory of each node and the limit at which it blocks publishers.',
  unit: 'bytes',
  queries: [
    {
      expr: `max by (instance) (${select('rabbitmq_process_resident_memory_bytes', SCOPE)})`,
      legend: '{{instance}}',
    },
    { expr: `min(${select('rabbitmq_resident_memory_limit_bytes', SCOPE)})`, legend: 'limit' },
  ],
};

/** Disk of each node against its limit. */
export const RABBITMQ_DISK: Signal = {
  title: 'RabbitMQ: free disk',
  description: 'Disk that is left to each node, and the limit below which it blocks publishers.',
  unit: 'bytes',
  queries: [
    {
      expr: `min by (instance) (${select('rabbitmq_disk_space_available_bytes', SCOPE)})`,
      legend: '{{instance}}',
    },
    { expr: `max(${select('rabbitmq_disk_space_available_limit_bytes', SCOPE)})`, legend: 'limit' },
  ],
};

/** Alarms of each node. */
export const RABBITMQ_ALARMS: Signal = {
  title: 'RabbitMQ: alarms',
  description:
    'While an alarm is on, publishers are blocked and the door answers 503. Memory: too many messages wait. Disk: its volume is full.',
  unit: 'short',
  queries: [
    { expr: `max(${select('rabbitmq_alarms_memory_used_watermark', SCOPE)})`, legend: 'memory' },
    { expr: `max(${select('rabbitmq_alarms_free_disk_space_watermark', SCOPE)})`, legend: 'disk' },
  ],
};

/** Connections, channels, consumers. */
export const RABBITMQ_CLIENTS: Signal = {
  title: 'RabbitMQ: clients',
  description:
    'Connections, channels and consumers. Steadily rising connections: somebody does not close them.',
  unit: 'short',
  queries: [
    { expr: `sum(${select('rabbitmq_connections', SCOPE)})`, legend: 'connections' },
    { expr: `sum(${select('rabbitmq_channels', SCOPE)})`, legend: 'channels' },
    { expr: `sum(${select('rabbitmq_consumers', SCOPE)})`, legend: 'consumers' },
  ],
};
