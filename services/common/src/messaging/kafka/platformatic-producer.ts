import { ProduceAcks, Producer } from '@platformatic/kafka';
import { type DeadLetter, deadLetterHeaders, sendDeadLetters } from './dead-letter.ts';
import { kafkaError, REFUSALS } from './errors.ts';
import { clientOptions, ensureTopics, hasCode, maxMessageBytes } from './platformatic-client.ts';
import type { DeadLetterDriver, ProducerDriver } from './producer-driver.ts';
import type { KafkaSettings } from './settings.ts';

const isRefusal = (error: unknown): boolean => hasCode(error, ...REFUSALS);

/** Produces with @platformatic/kafka; `onDisconnect` is called for every broken connection. */
export function createPlatformaticProducer(
  settings: KafkaSettings,
  onDisconnect: () => void,
): ProducerDriver {
  const { topic } = settings;
  return {
    async probe() {
      const partitions = await ensureTopics(settings);
      return { partitions, maxMessageBytes: await maxMessageBytes(settings) };
    },
    async open() {
      const producer = new Producer({ ...clientOptions(settings), acks: ProduceAcks.ALL });
      producer.on('client:broker:disconnect', onDisconnect);
      const close = async () => {
        producer.removeListener('client:broker:disconnect', onDisconnect);
        await producer.close().catch(() => undefined);
      };
      try {
        await producer.metadata({ topics: [topic] });
      } catch (error) {
        await close();
        throw error;
      }
      return {
        // The client takes `partition` modulo the topic's partitions.
        send: (bodies, turn) =>
          producer.send({
            acks: ProduceAcks.ALL,
            messages: bodies.map((value) => ({ topic, value, partition: turn })),
          }),
        sendPlaced: (records) =>
          producer.send({
            acks: ProduceAcks.ALL,
            messages: records.map(({ key, value, partition }) => ({
              topic,
              key: Buffer.from(key),
              value,
              partition,
            })),
          }),
        close,
      };
    },
    isRefusal,
  };
}

/** Produces to the dead-letter topic; connects with the first letter, because most consumers never need it. */
export class PlatformaticDeadLetters implements DeadLetterDriver {
  readonly #settings: KafkaSettings;
  #producer: Producer | undefined;

  constructor(settings: KafkaSettings) {
    this.#settings = settings;
  }

  /** @throws AppError `BROKER_UNAVAILABLE`, retriable. */
  async send(letters: readonly DeadLetter[]): Promise<void> {
    const { clientId } = this.#settings;
    this.#producer ??= new Producer({ ...clientOptions(this.#settings), acks: ProduceAcks.ALL });
    const producer = this.#producer;
    const send = (part: readonly DeadLetter[]) => this.#sendPart(producer, part);
    try {
      await sendDeadLetters(letters, { consumer: clientId, send, isRefusal });
    } catch (error) {
      throw kafkaError(error, this.#settings);
    }
  }

  #sendPart(producer: Producer, part: readonly DeadLetter[]): Promise<unknown> {
    const { deadLetterTopic: topic, clientId } = this.#settings;
    return producer.send({
      acks: ProduceAcks.ALL,
      messages: part.map((letter) => ({
        topic,
        value: letter.body,
        partition: 0,
        headers: new Map(
          Object.entries(deadLetterHeaders(letter, clientId)).map(([key, value]) => [
            Buffer.from(key),
            Buffer.from(value),
          ]),
        ),
      })),
    });
  }

  async close(): Promise<void> {
    await this.#producer?.close().catch(() => undefined);
  }
}
