import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { count, list, milliseconds, url } from '../../config/fields.ts';
import { type Environment, parseConfig } from '../../config/parse-config.ts';
import type { LaneQueue, RabbitmqSettings } from './settings.ts';

const shape = {
  RABBITMQ_URL: url('amqp', 'amqps'),
  RABBITMQ_USERNAME: z.string().optional(),
  RABBITMQ_PASSWORD: z.string().optional(),
  RABBITMQ_CA_FILE: z.string().optional(),
  /** The management API, for unacknowledged messages; credentials default to those of RABBITMQ_URL. */
  RABBITMQ_MANAGEMENT_URL: url('http', 'https').optional(),
  /** Default: the value of RABBITMQ_QUEUE. */
  RABBITMQ_EXCHANGE: z.string().optional(),
  RABBITMQ_QUEUE: z.string().default('message'),
  RABBITMQ_DEAD_LETTER_QUEUE: z.string().default('message.dead'),
  /** For publishers: the queues of all lanes, each `queue` or `queue=deadLetterQueue`. Default: RABBITMQ_QUEUE. */
  RABBITMQ_QUEUES: list()
    .refine((queues) => queues.length > 0, 'must list at least one queue')
    .refine(
      (queues) => queues.every((queue) => /^[^=]+(=[^=]+)?$/.test(queue)),
      'must be a list of queue or queue=deadLetterQueue',
    )
    .refine(
      (queues) => new Set(queues.map((queue) => queue.split('=')[0])).size === queues.length,
      'must not name a queue twice',
    )
    .optional(),
  RABBITMQ_TOPOLOGY: z.enum(['create', 'check']).default('create'),
  RABBITMQ_DELIVERY_LIMIT: count(1_000, 1, 1_000_000),
  RABBITMQ_PREFETCH: count(2_000, 1, 65_535),
  RABBITMQ_CONFIRM_WINDOW: count(1_000, 1, 65_535),
  RABBITMQ_CONFIRM_TIMEOUT_MS: milliseconds(10_000),
};

/**
 * Reads the environment variables of the RabbitMQ connection; a separate user name and password override those in the URL.
 * @throws ConfigError that lists every problem.
 */
export function readRabbitmqSettings(environment: Environment, clientId: string): RabbitmqSettings {
  const values = parseConfig(shape, environment);
  const url = new URL(values.RABBITMQ_URL);
  if (values.RABBITMQ_USERNAME) url.username = encodeURIComponent(values.RABBITMQ_USERNAME);
  if (values.RABBITMQ_PASSWORD) url.password = encodeURIComponent(values.RABBITMQ_PASSWORD);
  const own = { queue: values.RABBITMQ_QUEUE, deadLetterQueue: values.RABBITMQ_DEAD_LETTER_QUEUE };
  return {
    clientId,
    url: url.href,
    ca: values.RABBITMQ_CA_FILE ? readFileSync(values.RABBITMQ_CA_FILE, 'utf8') : undefined,
    managementUrl: values.RABBITMQ_MANAGEMENT_URL,
    exchange: values.RABBITMQ_EXCHANGE ?? values.RABBITMQ_QUEUE,
    ...own,
    queues: values.RABBITMQ_QUEUES?.map((entry) => laneQueue(entry, own)) ?? [own],
    topology: values.RABBITMQ_TOPOLOGY,
    deliveryLimit: values.RABBITMQ_DELIVERY_LIMIT,
    prefetch: values.RABBITMQ_PREFETCH,
    confirmWindow: values.RABBITMQ_CONFIRM_WINDOW,
    confirmTimeoutMs: values.RABBITMQ_CONFIRM_TIMEOUT_MS,
  };
}

function laneQueue(entry: string, own: LaneQueue): LaneQueue {
  const [queue = '', deadLetterQueue] = entry.split('=');
  if (deadLetterQueue !== undefined) return { queue, deadLetterQueue };
  return queue === own.queue ? own : { queue, deadLetterQueue: `${queue}.dead` };
}
