import type { DeadLetter } from './dead-letter.ts';

/** What the Kafka publisher needs of a driver. */
export interface ProducerDriver {
  /**
   * Makes or checks the topics; its success also shows that Kafka answers. Resolves with the `max.message.bytes` of the
   * topic of messages; undefined where Kafka does not say.
   */
  probe(): Promise<number | undefined>;
  open(): Promise<OpenProducer>;
  /** Whether an error is an answer of the broker about the records that no retry changes: too large, or not valid. */
  isRefusal(error: unknown): boolean;
  /** Breaks what a silent broker keeps open, where closing does not; the last call. */
  end?(): void;
}

/** A connected producer. */
export interface OpenProducer {
  /**
   * Sends all bodies to one partition, acknowledged by all in-sync replicas. `turn` counts calls; it is dealt out
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
