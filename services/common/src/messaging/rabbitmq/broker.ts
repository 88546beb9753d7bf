import type { BrokerKind } from '../broker-kind.ts';
import { readRabbitmqSettings } from './environment.ts';
import type { RabbitmqSettings } from './settings.ts';

/** RabbitMQ by amqplib. */
export const rabbitmq: BrokerKind<RabbitmqSettings> = {
  title: 'RabbitMQ',
  kind: 'queue',
  // Half of the prefetch is handled while the other half arrives.
  defaultBatchMessages: 1_000,
  readSettings: readRabbitmqSettings,
  forLane: (settings, { subscription, deadLetters }) => ({
    ...settings,
    // The lanes share the exchange, whose default is the queue's name.
    exchange: settings.exchange ?? settings.queue,
    queue: subscription ?? settings.queue,
    deadLetterQueue: deadLetters ?? settings.deadLetterQueue,
  }),
  laneNames: ({ queue }, lane) => {
    const subscription = lane === undefined ? queue : `${queue}.${lane}`;
    return { subscription, deadLetters: `${subscription}.dead` };
  },
  async createPublisher(settings, options) {
    const { RabbitmqPublisher } = await import('./publisher.ts');
    return new RabbitmqPublisher(settings, options);
  },
  async createConsumer(settings, options) {
    const { RabbitmqConsumer } = await import('./consumer.ts');
    return new RabbitmqConsumer(settings, options);
  },
  async createBacklogReader(settings, options) {
    const { RabbitmqBacklogReader } = await import('./backlog.ts');
    return new RabbitmqBacklogReader(settings, options);
  },
};
