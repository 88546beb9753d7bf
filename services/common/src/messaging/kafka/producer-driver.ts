import type { DeadLetter } from './dead-letter.ts';

/** What the Kafka publisher needs of a driver. */
export interface ProducerDriver {
  /** Makes or checks the topics; its success also tells that Kafka answers. */
  probe(): Promise<void>;
  open(): Promise<OpenProducer>;
  /** Whether an error is an answer of the broker that no retry changes, a record too large for instance. */
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
