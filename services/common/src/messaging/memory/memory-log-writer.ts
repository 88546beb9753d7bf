import { AppError } from '../../errors.ts';
import { partitionOfKey } from '../kafka/partition-of-key.ts';
import type { KeyedRecord, LogWriter } from '../log-writer.ts';
import { MemoryPublisher, type PublishFaults } from './memory-publisher.ts';

/** Kafka's default. */
const MAX_VALUE_BYTES = 1_048_000;

/** Where a {@link MemoryLogWriter} writes. */
export interface MemoryLogTarget {
  readonly topic: string;
  readonly partitions: number;
  readonly faults: PublishFaults;
  append(partition: number, record: KeyedRecord): void;
}

/** Writes keyed records into this process, for tests of the port's users; refuses and fails as the Kafka adapter does. */
export class MemoryLogWriter implements LogWriter {
  readonly broker = 'kafka';
  readonly topic: string;
  readonly #target: MemoryLogTarget;
  readonly #publisher: MemoryPublisher<KeyedRecord>;
  #connected = false;

  constructor(target: MemoryLogTarget) {
    this.topic = target.topic;
    this.#target = target;
    this.#publisher = new MemoryPublisher(this.broker, target.faults, (records) => {
      for (const record of records) target.append(partitionOfKey(record.key, target.partitions), record);
    });
  }

  async connect(): Promise<void> {
    await this.#publisher.connect();
    this.#connected = true;
  }

  write(records: readonly KeyedRecord[]): Promise<void> {
    const large = records.find(({ value }) => value.length > MAX_VALUE_BYTES);
    if (large) {
      return Promise.reject(
        new AppError('BROKER_REFUSED', `the memory broker refused a message of ${large.value.length} bytes`),
      );
    }
    return this.#publisher.publish(records);
  }

  partitionOf(key: string): number | undefined {
    return this.#connected ? partitionOfKey(key, this.#target.partitions) : undefined;
  }

  maxValueBytes(): number {
    return MAX_VALUE_BYTES;
  }

  isReady(): boolean {
    return this.#publisher.isReady();
  }

  close(): Promise<void> {
    return this.#publisher.close();
  }
}
