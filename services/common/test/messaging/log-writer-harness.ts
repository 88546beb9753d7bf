import type { Servers } from '../../../../tools/servers/servers.ts';
import { createLogWriter, type LogWriter, MemoryLog } from '../../src/messaging/index.ts';
import type { KafkaSettings } from '../../src/messaging/kafka/settings.ts';
import { deleteTopics, eventually, readTopic } from '../support/index.ts';
import { brokerServer, logger, testKafkaSettings } from './broker-harness.ts';
import type { BrokerServer } from './harness.ts';

/** A record of a topic. */
export interface WrittenRecord {
  readonly partition: number;
  readonly key: string | undefined;
  readonly value: string;
}

/** A log under test with a topic of its own. */
export interface LogWriterHarness {
  readonly topic: string;
  readonly partitions: number;
  /** Not connected; closed with the harness. */
  createWriter(): Promise<LogWriter>;
  /** Everything in the topic, each partition in order. */
  records(): Promise<readonly WrittenRecord[]>;
  dispose(): Promise<void>;
  /** Only if the broker is a real server. */
  readonly server?: BrokerServer;
}

/** Creates a harness for a topic on a real Kafka. */
export function kafkaWriterHarness(
  servers: Servers,
  client: KafkaSettings['client'],
): LogWriterHarness & { readonly settings: KafkaSettings } {
  const settings = testKafkaSettings(servers.addresses.kafka.brokers, client, { partitions: 6 });
  const writers: LogWriter[] = [];
  return {
    settings,
    topic: settings.topic,
    partitions: settings.partitions,
    server: brokerServer(servers, 'kafka'),
    async createWriter() {
      const writer = await createLogWriter({ name: 'kafka', settings }, { logger });
      if (!writer) throw new Error('Kafka is a log');
      writers.push(writer);
      const connect = writer.connect.bind(writer);
      writer.connect = async () => {
        await connect();
        await untilEveryLeaderAnswers(settings);
      };
      return writer;
    },
    records: () => readTopic(settings.brokers, settings.topic),
    async dispose() {
      await Promise.all(writers.map((writer) => writer.close()));
      await deleteTopics(settings.brokers, [settings.topic, settings.deadLetterTopic]);
    },
  };
}

/** Kafka names the leaders of a new topic before they know it; a call that reaches one of them too early is written again by its driver. */
async function untilEveryLeaderAnswers({ brokers, topic }: KafkaSettings): Promise<void> {
  await eventually(
    () =>
      readTopic(brokers, topic).then(
        () => true,
        () => false,
      ),
    (isLed) => isLed,
  );
}

/** Creates a harness for a log in this process. */
export function memoryWriterHarness(): LogWriterHarness {
  const log = new MemoryLog({ name: 'topic', partitions: 6 });
  const writers: LogWriter[] = [];
  return {
    topic: log.name,
    partitions: 6,
    createWriter() {
      const writer = log.createWriter();
      writers.push(writer);
      return Promise.resolve(writer);
    },
    records: () =>
      Promise.resolve(
        log.written().map(({ partition, key, value }) => ({ partition, key, value: value.toString() })),
      ),
    async dispose() {
      await Promise.all(writers.map((writer) => writer.close()));
    },
  };
}
