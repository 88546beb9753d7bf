import { AppError } from '../../errors.ts';
import type { KeyedRecord, LogWriter } from '../log-writer.ts';
import { partitionOfKey } from './partition-of-key.ts';
import type { OpenProducer, PlacedRecord } from './producer-driver.ts';
import { recordBytes } from './send-in-parts.ts';
import { KafkaSender, type SenderDependencies } from './sender.ts';
import type { KafkaSettings } from './settings.ts';

/** Room for a record's key when the largest value is reported. */
const KEY_BYTES = 256;

/**
 * Writes keyed records with `acks=-1`. This process chooses the partition, so that what it reads of a partition is about the records that
 * it wrote there: with partitions that were added while it runs it places keys over the new number from the next connection on.
 */
export class KafkaLogWriter implements LogWriter {
  readonly broker = 'kafka';
  readonly topic: string;
  readonly #sender: KafkaSender;

  constructor(settings: KafkaSettings, dependencies: SenderDependencies) {
    this.topic = settings.topic;
    this.#sender = new KafkaSender(settings, dependencies);
  }

  connect(): Promise<void> {
    return this.#sender.connect();
  }

  isReady(): boolean {
    return this.#sender.isReady();
  }

  maxValueBytes(): number {
    return this.#sender.maxRecordBytes() - recordBytes(KEY_BYTES);
  }

  partitionOf(key: string): number | undefined {
    const partitions = this.#sender.partitions();
    return partitions === undefined ? undefined : partitionOfKey(key, partitions);
  }

  write(records: readonly KeyedRecord[]): Promise<void> {
    return this.#sender.send({
      items: records,
      bodyOf: ({ value }) => value,
      bytesOf: ({ key, value }) => recordBytes(Buffer.byteLength(key) + value.length),
      send: (producer, part) => this.#send(producer, part),
    });
  }

  close(): Promise<void> {
    return this.#sender.close();
  }

  async #send(producer: OpenProducer, part: readonly KeyedRecord[]): Promise<void> {
    const partitions = this.#sender.partitions();
    if (partitions === undefined) {
      throw new AppError('BROKER_UNAVAILABLE', 'Kafka is not connected', { retriable: true });
    }
    await producer.sendPlaced(
      part.map(
        ({ key, value }): PlacedRecord => ({ key, value, partition: partitionOfKey(key, partitions) }),
      ),
    );
  }
}
