import { afterEach, beforeEach } from 'node:test';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { pino } from 'pino';
import type { Servers } from '../../../../tools/servers/servers.ts';
import {
  createConsumer,
  createPublisher,
  type MessageConsumer,
  type MessagePublisher,
  untilConnected,
} from '../../src/messaging/index.ts';
import type { KafkaSettings } from '../../src/messaging/kafka/settings.ts';
import { logger, testKafkaSettings } from './broker-harness.ts';
import type { TestStore } from './test-store.ts';

/** A topic of one partition for each test, and an admin client. */
export interface KafkaFixture {
  readonly settings: KafkaSettings;
  readonly kafka: Kafka;
  readonly admin: Admin;
  /** Connected, closed after the test. */
  openPublisher(changes?: Partial<KafkaSettings>): Promise<MessagePublisher>;
  /** Started, stopped after the test; `onLog` gets its log from `debug` up. */
  openConsumer(
    store: TestStore,
    changes?: Partial<KafkaSettings>,
    onLog?: (line: string) => void,
  ): Promise<MessageConsumer>;
  /** Runs after the test, before the topics are deleted. */
  cleanUp(work: () => Promise<void>): void;
}

/** Sets up a fixture before each test of the current suite; the returned function gives that of the running test. */
export function useKafka(client: KafkaSettings['client'], servers: () => Servers): () => KafkaFixture {
  let fixture: KafkaFixture;
  const cleanUps: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    const settings = testKafkaSettings(servers().addresses.kafka.brokers, client, { partitions: 1 });
    const kafka = new Kafka({
      clientId: 'test-admin',
      brokers: [...settings.brokers],
      logLevel: logLevel.NOTHING,
    });
    const admin = kafka.admin();
    await admin.connect();
    const choice = (changes: Partial<KafkaSettings>) =>
      ({ name: 'kafka', settings: { ...settings, ...changes } }) as const;
    fixture = {
      settings,
      kafka,
      admin,
      async openPublisher(changes = {}) {
        const publisher = await createPublisher(choice(changes), { logger });
        cleanUps.push(() => publisher.close());
        await publisher.connect();
        return publisher;
      },
      async openConsumer(store, changes = {}, onLog) {
        const log = onLog === undefined ? logger : pino({ level: 'debug' }, { write: onLog });
        const consumer = await createConsumer(choice(changes), { logger: log });
        cleanUps.push(() => consumer.stop());
        // Retry like a service: a coordinator may still be loading.
        await untilConnected(() => consumer.start(store.handlers()), {
          name: 'kafka',
          logger,
          stopping: new AbortController().signal,
        });
        return consumer;
      },
      cleanUp: (work) => void cleanUps.push(work),
    };
  });

  afterEach(async () => {
    const { admin, settings } = fixture;
    for (const work of cleanUps.splice(0)) await work();
    const existing = await admin.listTopics();
    const topics = [settings.topic, settings.deadLetterTopic].filter((topic) => existing.includes(topic));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    await admin.disconnect();
  });

  return () => fixture;
}
