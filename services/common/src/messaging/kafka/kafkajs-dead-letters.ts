import type { Kafka, Producer } from 'kafkajs';
import { ENVELOPE_CONTENT_TYPE } from '../ports.ts';
import type { KafkaSettings } from '../settings.ts';
import { kafkaError } from './errors.ts';
import { RETRY } from './kafkajs-client.ts';

/** A poison message with all that its copy says. */
export interface DeadLetter {
  readonly body: Buffer;
  readonly reason: string;
  /** `topic:partition:offset` */
  readonly source: string;
}

/** Produces to the dead-letter topic; connects with the first letter, because most consumers never need it. */
export class KafkajsDeadLetters {
  readonly #kafka: Kafka;
  readonly #settings: KafkaSettings;
  #producer: Promise<Producer> | undefined;

  constructor(kafka: Kafka, settings: KafkaSettings) {
    this.#kafka = kafka;
    this.#settings = settings;
  }

  /** @throws AppError `BROKER_UNAVAILABLE`, retriable. */
  async send(letters: readonly DeadLetter[]): Promise<void> {
    try {
      this.#producer ??= this.#connect();
      const producer = await this.#producer;
      await producer.send({
        topic: this.#settings.deadLetterTopic,
        acks: -1,
        timeout: this.#settings.requestTimeoutMs,
        messages: letters.map(({ body, reason, source }) => ({
          value: body,
          headers: {
            'content-type': ENVELOPE_CONTENT_TYPE,
            'caudal-reason': reason,
            'caudal-source': source,
            'caudal-consumer': this.#settings.clientId,
          },
        })),
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
      // A dead-letter topic may have more partitions than the one we make; any will do.
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
