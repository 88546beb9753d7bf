import type { ICustomPartitioner, Message } from 'kafkajs';
import type { Logger } from '../../logging.ts';
import { createKafkajsClient, isKafkajsRefusal, RETRY } from './kafkajs-client.ts';
import { ensureTopics, maxMessageBytes } from './kafkajs-topology.ts';
import type { ProducerDriver } from './producer-driver.ts';
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
      await ensureTopics(probe.kafka, settings);
      return await maxMessageBytes(probe.kafka, topic);
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
      return {
        send: (bodies, turn) =>
          producer.send({ topic, acks: -1, timeout: requestTimeoutMs, messages: oneBatch(bodies, turn) }),
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

/**
 * Creates the messages of one batch for kafkajs, all for the same partition.
 *
 * kafkajs groups messages by partition with `messages.reduce`, copying its result for every message: quadratic, and
 * at 1,000 messages more expensive than the rest of a send. All messages here go to one partition, so the array has its own
 * `reduce` that asks once.
 */
function oneBatch(bodies: readonly Buffer[], turn: number): Message[] {
  const messages: Message[] = new Array(bodies.length);
  for (let index = 0; index < bodies.length; index++) {
    messages[index] = { value: bodies[index] ?? null, partition: turn };
  }
  type Group = (result: Record<string, Message[]>, message: Message) => Record<string, Message[]>;
  const reduce = (group: Group, result: Record<string, Message[]>) => {
    const [first] = messages;
    if (!first) return result;
    const [partition] = Object.keys(group({}, first));
    return partition === undefined ? result : { ...result, [partition]: messages };
  };
  Object.defineProperty(messages, 'reduce', { value: reduce });
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
