import type { Logger } from '../logging.ts';
import type { BacklogReader, MessageConsumer, MessagePublisher } from './ports.ts';
import type { KafkaSettings, RabbitmqSettings } from './settings.ts';

/** A broker and its connection settings. */
export type BrokerChoice =
  | { readonly name: 'rabbitmq'; readonly settings: RabbitmqSettings }
  | { readonly name: 'kafka'; readonly settings: KafkaSettings };

/** Common dependencies of all clients. */
export interface ClientOptions {
  readonly logger: Logger;
}

/** Optional settings of a consumer. */
export interface ConsumerOptions extends ClientOptions {
  /** Maximum messages per batch; larger deliveries are split. Default 1,000 for RabbitMQ, 4,000 for Kafka. */
  readonly maxBatchMessages?: number | undefined;
}

/*
 * Drivers are imported on first use: a consumer of one lane loads one of them, which saves start-up time and memory.
 */

/** Creates the publisher for a broker, without connecting. */
export async function createPublisher(
  broker: BrokerChoice,
  options: ClientOptions,
): Promise<MessagePublisher> {
  if (broker.name === 'rabbitmq') {
    const { RabbitmqPublisher } = await import('./rabbitmq/publisher.ts');
    return new RabbitmqPublisher(broker.settings, options);
  }
  const { settings } = broker;
  const { KafkaPublisher } = await import('./kafka/publisher.ts');
  if (settings.client === 'platformatic') {
    const { createPlatformaticProducer } = await import('./kafka/platformatic-producer.ts');
    return new KafkaPublisher(settings, {
      logger: options.logger,
      createDriver: (onDisconnect) => createPlatformaticProducer(settings, onDisconnect),
    });
  }
  const { createKafkajsProducer } = await import('./kafka/kafkajs-producer.ts');
  return new KafkaPublisher(settings, {
    logger: options.logger,
    createDriver: (onDisconnect) => createKafkajsProducer(settings, options.logger, onDisconnect),
  });
}

/** Creates the consumer for a broker, without connecting. */
export async function createConsumer(
  broker: BrokerChoice,
  options: ConsumerOptions,
): Promise<MessageConsumer> {
  if (broker.name === 'rabbitmq') {
    const { RabbitmqConsumer } = await import('./rabbitmq/consumer.ts');
    return new RabbitmqConsumer(broker.settings, options);
  }
  if (broker.settings.client === 'platformatic') {
    const { PlatformaticConsumer } = await import('./kafka/platformatic-consumer.ts');
    return new PlatformaticConsumer(broker.settings, options);
  }
  const { KafkajsConsumer } = await import('./kafka/kafkajs-consumer.ts');
  return new KafkajsConsumer(broker.settings, options);
}

/** Creates the backlog reader for a broker, without connecting. */
export async function createBacklogReader(
  broker: BrokerChoice,
  options: ClientOptions,
): Promise<BacklogReader> {
  if (broker.name === 'rabbitmq') {
    const { RabbitmqBacklogReader } = await import('./rabbitmq/backlog.ts');
    return new RabbitmqBacklogReader(broker.settings, options);
  }
  if (broker.settings.client === 'platformatic') {
    const { PlatformaticBacklogReader } = await import('./kafka/platformatic-backlog.ts');
    return new PlatformaticBacklogReader(broker.settings);
  }
  const { KafkajsBacklogReader } = await import('./kafka/kafkajs-backlog.ts');
  return new KafkajsBacklogReader(broker.settings, options);
}
