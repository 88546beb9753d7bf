import type { ICustomPartitioner, Message } from 'kafkajs';
import type { Logger } from '../../logging.ts';
import { createKafkajsClient, isKafkajsRefusal, RETRY } from './kafkajs-client.ts';
import { ensureTopics, maxMessageBytes } from './kafkajs-topology.ts';
import type { PlacedRecord, ProducerDriver } from './producer-driver.ts';
import type { KafkaSettings } from './settings.ts';

/** Produces with kafkajs and calls `onDisconnect` for every broken connection. */
export function createKafkajsProducer(
  settings: KafkaSettings,
  logger: Logger,
  onDisconnect: () => void,
): ProducerDriver {
  const client = createKafkajsClient(settings, logger, onDisconnect);
  // No `onDisconnect`: the probe's own sockets must not start the next probe.
  const probe = createKafkajsClient(settings, logger);
  const { topic, requestTimeoutMs } = settings;
  return {
    async probe() {
      const partitions = await ensureTopics(probe.kafka, settings);
      return { partitions, maxMessageBytes: await maxMessageBytes(probe.kafka, topic) };
    },
    async open() {
      const producer = client.kafka.producer({
        allowAutoTopicCreation: false,
        createPartitioner: inTurn,
        metadataMaxAge: 60_000,
        retry: RETRY,
      });
      const close = () => producer.disconnect().catch(() => undefined);
      try {
        await producer.connect();
      } catch (error) {
        await close();
        throw error;
      }
      const send = (messages: Message[]) =>
        producer.send({ topic, acks: -1, timeout: requestTimeoutMs, messages });
      return {
        send: (bodies, turn) => send(oneBatch(bodies, turn)),
        sendPlaced: (records) => send(placed(records)),
        close,
      };
    },
    isRefusal: isKafkajsRefusal,
    end() {
      client.end();
      probe.end();
    },
  };
}

/** Messages by partition, as kafkajs groups them. */
type Grouped = Record<string, Message[]>;

/** Creates the messages of one batch for kafkajs, all for the same partition: it is asked once. */
function oneBatch(bodies: readonly Buffer[], turn: number): Message[] {
  const messages: Message[] = new Array(bodies.length);
  for (let index = 0; index < bodies.length; index++) {
    messages[index] = { value: bodies[index] ?? null, partition: turn };
  }
  return groupedBy(messages, (group) => {
    const [first] = messages;
    if (!first) return {};
    const [partition] = Object.keys(group({}, first));
    return partition === undefined ? {} : { [partition]: messages };
  });
}

/** Creates messages for kafkajs that keep the partitions chosen for them. */
function placed(records: readonly PlacedRecord[]): Message[] {
  const messages: Message[] = [];
  const byPartition: Grouped = {};
  for (const { key, value, partition } of records) {
    const message = { key, value, partition };
    messages.push(message);
    byPartition[partition] ??= [];
    byPartition[partition].push(message);
  }
  return groupedBy(messages, () => byPartition);
}

/**
 * Makes kafkajs group these messages as `group` says. It does that with `messages.reduce`, copying its result for every message:
 * quadratic, and at 1,000 messages more expensive than the rest of a send. So the array has its own `reduce`.
 */
function groupedBy(
  messages: Message[],
  group: (one: (result: Grouped, message: Message) => Grouped) => Grouped,
): Message[] {
  Object.defineProperty(messages, 'reduce', { value: group });
  return messages;
}

/** Interprets a message's `partition` as a turn, and distributes turns over the partitions that have a leader. */
const inTurn: ICustomPartitioner =
  () =>
  ({ partitionMetadata, message }) => {
    const led = partitionMetadata.filter(({ leader }) => leader >= 0);
    const candidates = led.length > 0 ? led : partitionMetadata;
    return candidates[(message.partition ?? 0) % candidates.length]?.partitionId ?? 0;
  };
