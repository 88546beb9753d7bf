import { type Environment, parseConfig, readAll } from '@caudal/common/config';
import {
  type BrokerChoice,
  type ClientOptions,
  createLogTail,
  createLogWriter,
  type LogTail,
  type LogWriter,
  readBroker,
} from '@caudal/common/messaging';
import { z } from 'zod';
import { CONFIRMED_TOPIC, ORDERS_TOPIC } from '../domain/records.ts';

/** The topics of the shop, each with its dead letters and the group that reads it. */
export interface OrderTopics {
  /** Accepted orders, read by processors. */
  readonly orders: LogChoice;
  /** Announced states, read by notifiers. */
  readonly confirmed: LogChoice;
}

/** The broker with the names of one topic. */
export type LogChoice = Extract<BrokerChoice, { readonly name: 'kafka' }>;

/** A name that Kafka takes for a topic. */
const topicName = (fallback: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,200}$/, 'must be at most 200 letters, digits, dots, hyphens and underscores')
    .default(fallback);

/** Time for which orders, and states to send mails about, are gathered, ms. Each partition's are written by a transaction of their own. */
const GATHER_ORDERS_MS = 50;
const GATHER_CONFIRMED_MS = 100;

const shape = {
  ORDERS_TOPIC: topicName(ORDERS_TOPIC),
  ORDERS_GROUP: z.string().max(200).default('caudal-orders-processor'),
  CONFIRMED_TOPIC: topicName(CONFIRMED_TOPIC),
  MAILS_GROUP: z.string().max(200).default('caudal-orders-notifier'),
};

/**
 * Reads the connection to the log and the names of both topics; dead letters are in `<topic>.dead`.
 * @throws ConfigError that lists every problem
 */
export function readOrderTopics(environment: Environment, clientId: string): OrderTopics {
  const { names, broker } = readAll({
    names: () => parseConfig(shape, environment),
    broker: () => readBroker('kafka', environment, clientId) as LogChoice,
  });
  const choose = (topic: string, group: string, gatherMs: number): LogChoice => ({
    name: broker.name,
    settings: { ...broker.settings, topic, deadLetterTopic: `${topic}.dead`, group, gatherMs },
  });
  return {
    orders: choose(names.ORDERS_TOPIC, names.ORDERS_GROUP, GATHER_ORDERS_MS),
    confirmed: choose(names.CONFIRMED_TOPIC, names.MAILS_GROUP, GATHER_CONFIRMED_MS),
  };
}

/** Creates a writer of records to a topic, without connecting. */
export async function createTopicWriter(topic: LogChoice, options: ClientOptions): Promise<LogWriter> {
  const writer = await createLogWriter(topic, options);
  if (writer === undefined) throw new TypeError(`${topic.name} is no log`);
  return writer;
}

/** Creates a reader of how long a topic is, without connecting. */
export async function createTopicTail(topic: LogChoice, options: ClientOptions): Promise<LogTail> {
  const tail = await createLogTail(topic, options);
  if (tail === undefined) throw new TypeError(`${topic.name} is no log`);
  return tail;
}
