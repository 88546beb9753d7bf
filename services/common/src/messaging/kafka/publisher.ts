import type { MessagePublisher } from '../ports.ts';
import { recordBytes } from './send-in-parts.ts';
import { KafkaSender, type SenderDependencies } from './sender.ts';
import type { KafkaSettings } from './settings.ts';

/**
 * Publishes with `acks=-1`, every call into one partition, the next call into the next partition: few large batches
 * make both producing and consuming cheap. A call is one batch, or several if one would be larger than
 * 256 KiB or than the topic accepts.
 */
export class KafkaPublisher implements MessagePublisher {
  readonly broker = 'kafka';
  readonly #sender: KafkaSender;
  #turn = 0;

  constructor(settings: KafkaSettings, dependencies: SenderDependencies) {
    this.#sender = new KafkaSender(settings, dependencies);
  }

  connect(): Promise<void> {
    return this.#sender.connect();
  }

  isReady(): boolean {
    return this.#sender.isReady();
  }

  maxBodyBytes(): number {
    return this.#sender.maxRecordBytes() - recordBytes(0);
  }

  publish(bodies: readonly Buffer[]): Promise<void> {
    const turn = this.#turn;
    if (bodies.length > 0) this.#turn++;
    return this.#sender.send({
      items: bodies,
      bodyOf: (body) => body,
      bytesOf: (body) => recordBytes(body.length),
      send: (producer, part) => producer.send(part, turn),
    });
  }

  close(): Promise<void> {
    return this.#sender.close();
  }
}
