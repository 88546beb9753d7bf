import { ProduceAcks, Producer } from '@platformatic/kafka';
import { ENVELOPE_CONTENT_TYPE } from '../ports.ts';
import type { KafkaSettings } from '../settings.ts';
import { type DeadLetter, deadLetterHeaders } from './dead-letter.ts';
import { kafkaError } from './errors.ts';
import { clientOptions, ensureTopics, hasCode } from './platformatic-client.ts';
import type { DeadLetterDriver, ProducerDriver } from './producer-driver.ts';

const HEADERS = new Map([[Buffer.from('content-type'), Buffer.from(ENVELOPE_CONTENT_TYPE)]]);

/** Produces with @platformatic/kafka; `onDisconnect` is told of every broken connection. */
export function createPlatformaticProducer(
  settings: KafkaSettings,
  onDisconnect: () => void,
): ProducerDriver {
  const { topic } = settings;
  return {
    probe: () => ensureTopics(settings),
    async open() {
      const producer = new Producer({ ...clientOptions(settings), acks: ProduceAcks.ALL });
      producer.on('client:broker:disconnect', onDisconnect);
      await producer.metadata({ topics: [topic] });
      return {
        // The client takes `partition` modulo the topic's partitions.
        send: (bodies, turn) =>
          producer.send({
            acks: ProduceAcks.ALL,
            messages: bodies.map((value) => ({ topic, value, partition: turn, headers: HEADERS })),
          }),
        close: async () => {
          producer.removeListener('client:broker:disconnect', onDisconnect);
          await producer.close().catch(() => undefined);
        },
      };
    },
    isRefusal: (error) => hasCode(error, 'MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD'),
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
    const { deadLetterTopic: topic, clientId } = this.#settings;
    this.#producer ??= new Producer({ ...clientOptions(this.#settings), acks: ProduceAcks.ALL });
    try {
      await this.#producer.send({
        acks: ProduceAcks.ALL,
        messages: letters.map((letter) => ({
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
    } catch (error) {
      throw kafkaError(error, this.#settings);
    }
  }

  async close(): Promise<void> {
    await this.#producer?.close().catch(() => undefined);
  }
}
