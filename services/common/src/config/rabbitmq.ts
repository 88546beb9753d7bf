import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { RabbitmqSettings } from '../messaging/settings.ts';
import { count, milliseconds, url } from './fields.ts';
import type { parseConfig } from './parse-config.ts';

/** Environment variables of the RabbitMQ connection. */
export const rabbitmqShape = {
  RABBITMQ_URL: url('amqp', 'amqps'),
  RABBITMQ_USERNAME: z.string().optional(),
  RABBITMQ_PASSWORD: z.string().optional(),
  RABBITMQ_CA_FILE: z.string().optional(),
  RABBITMQ_QUEUE: z.string().default('message'),
  RABBITMQ_DEAD_LETTER_QUEUE: z.string().default('message.dead'),
  RABBITMQ_TOPOLOGY: z.enum(['create', 'check']).default('create'),
  RABBITMQ_DELIVERY_LIMIT: count(1_000, 1, 1_000_000),
  RABBITMQ_PREFETCH: count(2_000, 1, 65_535),
  RABBITMQ_CONFIRM_WINDOW: count(1_000, 1, 65_535),
  RABBITMQ_CONFIRM_TIMEOUT_MS: milliseconds(10_000),
};

type RabbitmqEnvironment = ReturnType<typeof parseConfig<typeof rabbitmqShape>>;

/** Converts the parsed variables to adapter settings; a separate user name and password override those in the URL. */
export function rabbitmqSettings(environment: RabbitmqEnvironment, clientId: string): RabbitmqSettings {
  const url = new URL(environment.RABBITMQ_URL);
  if (environment.RABBITMQ_USERNAME) url.username = encodeURIComponent(environment.RABBITMQ_USERNAME);
  if (environment.RABBITMQ_PASSWORD) url.password = encodeURIComponent(environment.RABBITMQ_PASSWORD);
  return {
    clientId,
    url: url.href,
    ca: environment.RABBITMQ_CA_FILE ? readFileSync(environment.RABBITMQ_CA_FILE, 'utf8') : undefined,
    queue: environment.RABBITMQ_QUEUE,
    deadLetterQueue: environment.RABBITMQ_DEAD_LETTER_QUEUE,
    topology: environment.RABBITMQ_TOPOLOGY,
    deliveryLimit: environment.RABBITMQ_DELIVERY_LIMIT,
    prefetch: environment.RABBITMQ_PREFETCH,
    confirmWindow: environment.RABBITMQ_CONFIRM_WINDOW,
    confirmTimeoutMs: environment.RABBITMQ_CONFIRM_TIMEOUT_MS,
  };
}
