import type { BrokerKind, ClientOptions } from '../broker-kind.ts';
import { readKafkaSettings } from './environment.ts';
import type { SenderDependencies } from './sender.ts';
import type { KafkaSettings } from './settings.ts';

/** Kafka, by kafkajs or @platformatic/kafka. */
export const kafka: BrokerKind<KafkaSettings> = {
  title: 'Kafka',
  kind: 'log',
  // A fetch returns thousands of messages.
  defaultBatchMessages: 4_000,
  readSettings: readKafkaSettings,
  forLane: (settings, { subscription, deadLetters }) => ({
    ...settings,
    group: subscription ?? settings.group,
    deadLetterTopic: deadLetters ?? settings.deadLetterTopic,
  }),
  laneNames: ({ group, topic }, lane) =>
    lane === undefined
      ? { subscription: group, deadLetters: `${topic}.dead` }
      : { subscription: `${group}-${lane}`, deadLetters: `${topic}.${lane}.dead` },
  async createPublisher(settings, options) {
    const { KafkaPublisher } = await import('./publisher.ts');
    return new KafkaPublisher(settings, await senderDependencies(settings, options));
  },
  async createLogWriter(settings, options) {
    const { KafkaLogWriter } = await import('./log-writer.ts');
    return new KafkaLogWriter(settings, await senderDependencies(settings, options));
  },
  async createConsumer(settings, options) {
    if (settings.client === 'platformatic') {
      const { PlatformaticConsumer } = await import('./platformatic-consumer.ts');
      return new PlatformaticConsumer(settings, options);
    }
    const { KafkajsConsumer } = await import('./kafkajs-consumer.ts');
    return new KafkajsConsumer(settings, options);
  },
  async createBacklogReader(settings, options) {
    if (settings.client === 'platformatic') {
      const { PlatformaticBacklogReader } = await import('./platformatic-backlog.ts');
      return new PlatformaticBacklogReader(settings);
    }
    const { KafkajsBacklogReader } = await import('./kafkajs-backlog.ts');
    return new KafkajsBacklogReader(settings, options);
  },
  // One client for both drivers: kafkajs has no plain fetch without a group.
  async createLogTail(settings, { logger }) {
    const { PlatformaticTail } = await import('./platformatic-tail.ts');
    return new PlatformaticTail(settings, logger);
  },
  async createDeadLetterReader(settings) {
    const { PlatformaticDeadLetterReader } = await import('./platformatic-dead-letter-reader.ts');
    return new PlatformaticDeadLetterReader(settings);
  },
};

async function senderDependencies(
  settings: KafkaSettings,
  { logger }: ClientOptions,
): Promise<SenderDependencies> {
  if (settings.client === 'platformatic') {
    const { createPlatformaticProducer } = await import('./platformatic-producer.ts');
    return { logger, createDriver: (onDisconnect) => createPlatformaticProducer(settings, onDisconnect) };
  }
  const { createKafkajsProducer } = await import('./kafkajs-producer.ts');
  return { logger, createDriver: (onDisconnect) => createKafkajsProducer(settings, logger, onDisconnect) };
}
