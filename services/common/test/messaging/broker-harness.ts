import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connect } from 'amqplib';
import { Kafka, logLevel } from 'kafkajs';
import { pino } from 'pino';
import type { ServerName, Servers } from '../../../../tools/servers/servers.ts';
import {
  type BacklogReader,
  type BrokerChoice,
  createBacklogReader,
  createConsumer,
  createPublisher,
  type MessageConsumer,
  type MessagePublisher,
  untilConnected,
} from '../../src/messaging/index.ts';
import type { KafkaSettings } from '../../src/messaging/kafka/settings.ts';
import type { RabbitmqSettings } from '../../src/messaging/rabbitmq/settings.ts';
import { saveQueues, uniqueName } from '../support/index.ts';
import type { BrokerServer, MessagingHarness, ParkedMessage } from './harness.ts';

const MAX_BATCH_MESSAGES = 500;

/** Set CAUDAL_TEST_LOG_LEVEL to see the adapters' logs. */
export const logger = pino({ level: process.env.CAUDAL_TEST_LOG_LEVEL ?? 'silent' });

/** Returns settings for a real RabbitMQ, with their own queues. */
export function testRabbitmqSettings(url: string, changes: Partial<RabbitmqSettings> = {}): RabbitmqSettings {
  const queue = uniqueName();
  return {
    clientId: 'test',
    url,
    ca: undefined,
    queue,
    deadLetterQueue: `${queue}.dead`,
    topology: 'create',
    deliveryLimit: 1_000,
    prefetch: 2 * MAX_BATCH_MESSAGES,
    confirmWindow: 1_000,
    confirmTimeoutMs: 5_000,
    ...changes,
  };
}

/** Returns settings for a real Kafka, with their own topics and group. */
export function testKafkaSettings(
  brokers: string,
  client: KafkaSettings['client'],
  changes: Partial<KafkaSettings> = {},
): KafkaSettings {
  const topic = uniqueName();
  return {
    client,
    clientId: 'test',
    brokers: brokers.split(','),
    topic,
    deadLetterTopic: `${topic}.dead`,
    group: `${topic}-group`,
    topology: 'create',
    partitions: 3,
    replicationFactor: 1,
    minInsyncReplicas: 1,
    maxBytesPerPartition: 1_048_576,
    requestTimeoutMs: 5_000,
    sessionTimeoutMs: 3_000,
    ...changes,
  };
}

/** Creates a harness for queues on a real RabbitMQ. */
export function rabbitmqHarness(servers: Servers): MessagingHarness {
  const settings = testRabbitmqSettings(servers.addresses.rabbitmq.url, {
    managementUrl: servers.addresses.rabbitmq.managementUrl,
  });
  return {
    ...brokerHarness({ name: 'rabbitmq', settings }, servers, () => deleteQueues(settings)),
    kind: 'queue',
    name: settings.queue,
    partitions: 1,
    prefetch: settings.prefetch,
    deadLetters: (count) => readDeadLetterQueue(settings, count),
  };
}

/** Creates a harness for topics on a real Kafka. */
export function kafkaHarness(servers: Servers, client: KafkaSettings['client']): MessagingHarness {
  const settings = testKafkaSettings(servers.addresses.kafka.brokers, client);
  return {
    ...brokerHarness({ name: 'kafka', settings }, servers, () => deleteTopics(settings)),
    kind: 'log',
    name: settings.topic,
    partitions: settings.partitions,
    prefetch: Number.POSITIVE_INFINITY,
    deadLetters: (count) => readTopic(settings, settings.deadLetterTopic, count),
  };
}

function brokerHarness(broker: BrokerChoice, servers: Servers, deleteNames: () => Promise<void>) {
  const publishers: MessagePublisher[] = [];
  const consumers: MessageConsumer[] = [];
  const readers: BacklogReader[] = [];
  const as = (clientId: string): BrokerChoice =>
    broker.name === 'kafka'
      ? { name: 'kafka', settings: { ...broker.settings, clientId } }
      : { name: 'rabbitmq', settings: { ...broker.settings, clientId } };
  return {
    maxBatchMessages: MAX_BATCH_MESSAGES,
    server: brokerServer(servers, broker.name),
    async createPublisher() {
      const publisher = await createPublisher(broker, { logger });
      publishers.push(publisher);
      await publisher.connect();
      return publisher;
    },
    async createConsumer(clientId = 'test') {
      const consumer = await createConsumer(as(clientId), { logger, maxBatchMessages: MAX_BATCH_MESSAGES });
      consumers.push(consumer);
      // Retry like a service: the coordinator of a broker that has just started may still be loading.
      const start = consumer.start.bind(consumer);
      consumer.start = (handlers) =>
        untilConnected(() => start(handlers), {
          name: broker.name,
          logger,
          stopping: new AbortController().signal,
        });
      return consumer;
    },
    async createBacklogReader() {
      const reader = await createBacklogReader(broker, { logger });
      readers.push(reader);
      await reader.connect();
      return reader;
    },
    startHoldingProcess: () => startHoldingProcess(broker),
    async dispose() {
      await Promise.all([...publishers, ...readers].map((client) => client.close()));
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await deleteNames();
    },
  };
}

/** Creates the faults of a broker that runs as a server. */
export function brokerServer(servers: Servers, name: ServerName): BrokerServer {
  return {
    port: Number(
      new URL(name === 'kafka' ? `tcp://${servers.addresses.kafka.brokers}` : servers.addresses.rabbitmq.url)
        .port,
    ),
    async saveQueues() {
      if (name === 'rabbitmq') await saveQueues(servers);
    },
    async kill() {
      await servers.kill(name);
      return () => servers.start(name);
    },
    async freeze() {
      await servers.kill(name, 'SIGSTOP');
      return () => servers.kill(name, 'SIGCONT');
    },
  };
}

async function startHoldingProcess(broker: BrokerChoice): Promise<{ kill(): Promise<void> }> {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      fileURLToPath(new URL('./holding-consumer.ts', import.meta.url)),
      JSON.stringify(broker),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  for await (const chunk of child.stdout) {
    if (String(chunk).includes('holding')) return { kill };
  }
  throw new Error('the consumer that was to hold a batch ended before it had one');
}

async function deleteQueues({ url, queue, deadLetterQueue }: RabbitmqSettings): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  for (const name of [queue, deadLetterQueue]) {
    await channel.deleteQueue(name);
    await channel.deleteExchange(name);
  }
  await connection.close();
}

async function readDeadLetterQueue(settings: RabbitmqSettings, count: number): Promise<ParkedMessage[]> {
  const connection = await connect(settings.url);
  const channel = await connection.createChannel();
  const found: ParkedMessage[] = [];
  while (found.length < count) {
    const message = await channel.get(settings.deadLetterQueue, { noAck: false });
    if (!message) continue;
    const headers = Object.entries(message.properties.headers ?? {}).map(([key, value]) => [
      key,
      String(value),
    ]);
    found.push({ body: message.content.toString(), headers: Object.fromEntries(headers) });
  }
  await connection.close();
  return found;
}

function adminClient(settings: KafkaSettings): Kafka {
  return new Kafka({ clientId: 'test-admin', brokers: [...settings.brokers], logLevel: logLevel.NOTHING });
}

async function deleteTopics(settings: KafkaSettings): Promise<void> {
  const admin = adminClient(settings).admin();
  await admin.connect();
  await admin.deleteGroups([settings.group]).catch(() => undefined);
  await admin.deleteTopics({ topics: [settings.topic, settings.deadLetterTopic] });
  await admin.disconnect();
}

/** Reads the first `count` records of a topic with another client. */
export async function readTopic(
  settings: KafkaSettings,
  topic: string,
  count: number,
): Promise<ParkedMessage[]> {
  const consumer = adminClient(settings).consumer({
    groupId: `${topic}-reader`,
    maxWaitTimeInMs: 100,
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const found: ParkedMessage[] = [];
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: ({ message }) => {
          const headers = Object.entries(message.headers ?? {}).map(([key, value]) => [key, String(value)]);
          found.push({ body: String(message.value), headers: Object.fromEntries(headers) });
          if (found.length === count) resolve();
          return Promise.resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return found;
}
