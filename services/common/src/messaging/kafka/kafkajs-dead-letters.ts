import type { Kafka, Producer } from 'kafkajs';
import { type DeadLetter, deadLetterHeaders, sendDeadLetters } from './dead-letter.ts';
import { kafkaError } from './errors.ts';
import { isKafkajsRefusal, RETRY } from './kafkajs-client.ts';
import type { DeadLetterDriver } from './producer-driver.ts';
import type { KafkaSettings } from './settings.ts';

/** Produces to the dead-letter topic; connects with the first dead letter, because most consumers never send one. */
export class KafkajsDeadLetters implements DeadLetterDriver {
  readonly #kafka: Kafka;
  readonly #settings: KafkaSettings;
  #producer: Promise<Producer> | undefined;

  constructor(kafka: Kafka, settings: KafkaSettings) {
    this.#kafka = kafka;
    this.#settings = settings;
  }

  /** @throws AppError `BROKER_UNAVAILABLE`, retriable. */
  async send(letters: readonly DeadLetter[]): Promise<void> {
    const { deadLetterTopic: topic, requestTimeoutMs, clientId } = this.#settings;
    try {
      this.#producer ??= this.#connect();
      const producer = await this.#producer;
      await sendDeadLetters(letters, {
        consumer: clientId,
        isRefusal: isKafkajsRefusal,
        send: (part) =>
          producer.send({
            topic,
            acks: -1,
            timeout: requestTimeoutMs,
            messages: part.map((letter) => ({
              value: letter.body,
              headers: deadLetterHeaders(letter, clientId),
            })),
          }),
      });
    } catch (error) {
      throw kafkaError(error, this.#settings);
    }
  }

  async close(): Promise<void> {
    const producer = await this.#producer?.catch(() => undefined);
    await producer?.disconnect().catch(() => undefined);
  }

  async #connect(): Promise<Producer> {
    const producer = this.#kafka.producer({
      allowAutoTopicCreation: false,
      // An existing dead-letter topic may have more partitions than the one we create; any will do.
      createPartitioner:
        () =>
        ({ partitionMetadata }) =>
          partitionMetadata[0]?.partitionId ?? 0,
      retry: RETRY,
    });
    try {
      await producer.connect();
    } catch (error) {
      this.#producer = undefined;
      throw error;
    }
    return producer;
  }
}
