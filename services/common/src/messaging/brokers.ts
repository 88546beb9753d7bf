import type { Environment } from '../config/parse-config.ts';
import type { BrokerKind, ClientOptions, ConsumerOptions, GivenNames } from './broker-kind.ts';
import { kafka } from './kafka/broker.ts';
import type { KafkaSettings } from './kafka/settings.ts';
import type { DeadLetterReader, LogTail } from './log-tail.ts';
import type { LogWriter } from './log-writer.ts';
import type { BacklogReader, MessageConsumer, MessagePublisher } from './ports.ts';
import { rabbitmq } from './rabbitmq/broker.ts';
import type { RabbitmqSettings } from './rabbitmq/settings.ts';

/** Connection settings by broker. */
export interface BrokerSettings {
  readonly rabbitmq: RabbitmqSettings;
  readonly kafka: KafkaSettings;
}

/** Name of a broker that lanes can read from. */
export type BrokerName = keyof BrokerSettings;

/** The brokers, by name: the only list of them. */
export const BROKERS: { readonly [Name in BrokerName]: BrokerKind<BrokerSettings[Name]> } = {
  rabbitmq,
  kafka,
};

/** Names of all brokers. */
export const BROKER_NAMES = Object.keys(BROKERS) as readonly BrokerName[];

/** Whether there is a broker of this name. */
export function isBrokerName(name: string): name is BrokerName {
  return Object.hasOwn(BROKERS, name);
}

/** A broker and its connection settings. */
export type BrokerChoice<Name extends BrokerName = BrokerName> = {
  readonly [Each in Name]: { readonly name: Each; readonly settings: BrokerSettings[Each] };
}[Name];

/**
 * Reads a broker's environment variables.
 * @throws ConfigError that lists every problem.
 */
export function readBroker(name: BrokerName, environment: Environment, clientId: string): BrokerChoice {
  return { name, settings: BROKERS[name].readSettings(environment, clientId) } as BrokerChoice;
}

/** The same broker with the names of a lane; those that are absent stay. */
export function brokerForLane<Name extends BrokerName>(
  broker: BrokerChoice<Name>,
  names: GivenNames,
): BrokerChoice {
  return {
    name: broker.name,
    settings: BROKERS[broker.name].forLane(broker.settings, names),
  } as BrokerChoice;
}

/** Creates the publisher for a broker, without connecting. */
export function createPublisher<Name extends BrokerName>(
  broker: BrokerChoice<Name>,
  options: ClientOptions,
): Promise<MessagePublisher> {
  return BROKERS[broker.name].createPublisher(broker.settings, options);
}

/** Creates the consumer for a broker, without connecting. */
export function createConsumer<Name extends BrokerName>(
  broker: BrokerChoice<Name>,
  options: ConsumerOptions,
): Promise<MessageConsumer> {
  return BROKERS[broker.name].createConsumer(broker.settings, options);
}

/** Creates the backlog reader for a broker, without connecting. */
export function createBacklogReader<Name extends BrokerName>(
  broker: BrokerChoice<Name>,
  options: ClientOptions,
): Promise<BacklogReader> {
  return BROKERS[broker.name].createBacklogReader(broker.settings, options);
}

/** Creates a writer of keyed records to the broker's topic, without connecting; undefined for a queue, which has no keys. */
export async function createLogWriter<Name extends BrokerName>(
  broker: BrokerChoice<Name>,
  options: ClientOptions,
): Promise<LogWriter | undefined> {
  return await BROKERS[broker.name].createLogWriter?.(broker.settings, options);
}

/** Creates a reader of the messages themselves, without connecting; undefined for a queue, whose messages only consumers get. */
export async function createLogTail<Name extends BrokerName>(
  broker: BrokerChoice<Name>,
  options: ClientOptions,
): Promise<LogTail | undefined> {
  return await BROKERS[broker.name].createLogTail?.(broker.settings, options);
}

/** Creates a reader of a lane's dead letters, without connecting; undefined for a queue, where looking is taking. */
export async function createDeadLetterReader<Name extends BrokerName>(
  broker: BrokerChoice<Name>,
): Promise<DeadLetterReader | undefined> {
  return await BROKERS[broker.name].createDeadLetterReader?.(broker.settings);
}
