import { ownerOf } from '@caudal/common/palette';
import { RATE_WINDOW, SCOPE, type Signal, select } from './signal.ts';

/** Metrics of RabbitMQ's prometheus plugin. */

const perSecond = (name: string): string => `sum(rate(${select(name, SCOPE)}[${RATE_WINDOW}]))`;

// Scraped twice under the same address: for totals and for queues.
const byNode = (name: string): string =>
  `max by (rabbitmq_node) (${select(name, SCOPE)} * on (namespace, release, instance) group_left (rabbitmq_node) max by (namespace, release, instance, rabbitmq_node) (${select('rabbitmq_identity_info', SCOPE)}))`;

/** Messages in each queue. */
export const RABBITMQ_QUEUES: Signal = {
  title: 'RabbitMQ: messages in queues',
  description:
    'Ready: waiting for delivery. Unacknowledged: delivered to a consumer but not stored yet; at most its prefetch.',
  owner: ownerOf('rabbitmq'),
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
    'Messages per second. Confirmed below received: publishers are waiting. Acknowledged below delivered: the store slows the consumers down. Redelivered above 0: a consumer or its connection was lost.',
  owner: ownerOf('rabbitmq'),
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
  description: 'Resident memory of each node and the limit above which it blocks publishers.',
  owner: ownerOf('rabbitmq'),
  unit: 'bytes',
  queries: [
    {
      expr: byNode('rabbitmq_process_resident_memory_bytes'),
      legend: 'node {{rabbitmq_node}}',
    },
    { expr: `min(${select('rabbitmq_resident_memory_limit_bytes', SCOPE)})`, legend: 'limit' },
  ],
};

/** Disk of each node against its limit. */
export const RABBITMQ_DISK: Signal = {
  title: 'RabbitMQ: free disk',
  description: 'Free disk space of each node and the limit below which it blocks publishers.',
  owner: ownerOf('rabbitmq'),
  unit: 'bytes',
  queries: [
    {
      expr: byNode('rabbitmq_disk_space_available_bytes'),
      legend: 'node {{rabbitmq_node}}',
    },
    { expr: `max(${select('rabbitmq_disk_space_available_limit_bytes', SCOPE)})`, legend: 'limit' },
  ],
};

/** Alarms of each node. */
export const RABBITMQ_ALARMS: Signal = {
  title: 'RabbitMQ: alarms',
  description:
    'During an alarm, publishers are blocked and ingest responds with 503. Memory: too many messages are waiting. Disk: the volume is full.',
  owner: ownerOf('rabbitmq'),
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
    'Connections, channels and consumers. If connections rise steadily, a client does not close them.',
  owner: ownerOf('rabbitmq'),
  unit: 'short',
  queries: [
    { expr: `sum(${select('rabbitmq_connections', SCOPE)})`, legend: 'connections' },
    { expr: `sum(${select('rabbitmq_channels', SCOPE)})`, legend: 'channels' },
    { expr: `sum(${select('rabbitmq_consumers', SCOPE)})`, legend: 'consumers' },
  ],
};
