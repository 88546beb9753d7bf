import type { DeadLetter } from './dead-letter.ts';

/** The driver interface of the Kafka publisher. */
export interface ProducerDriver {
  /**
   * Creates or checks the topics, which also shows that Kafka responds. Resolves with the `max.message.bytes` of the
   * topic of messages; undefined if Kafka does not return it.
   */
  probe(): Promise<number | undefined>;
  open(): Promise<OpenProducer>;
  /** Whether the broker refused the records for a reason that no retry changes: too large, or invalid. */
  isRefusal(error: unknown): boolean;
  /** Breaks connections that a silent broker keeps open and that closing does not end; the last call. */
  end?(): void;
}

/** A connected producer. */
export interface OpenProducer {
  /**
   * Sends all bodies to one partition, acknowledged by all in-sync replicas. `turn` counts calls, which are distributed
   * over the topic's partitions.
   */
  send(bodies: readonly Buffer[], turn: number): Promise<unknown>;
  close(): Promise<void>;
}

/** What a consumer needs to park messages. */
export interface DeadLetterDriver {
  send(letters: readonly DeadLetter[]): Promise<void>;
  close(): Promise<void>;
}
