import type { KeyedRecord } from '../log-writer.ts';
import type { DeadLetter } from './dead-letter.ts';

/** The driver interface of whatever produces to Kafka. */
export interface ProducerDriver {
  /** Creates or checks the topics, which also shows that Kafka responds. */
  probe(): Promise<ProbedTopic>;
  open(): Promise<OpenProducer>;
  /** Whether the broker refused the records for a reason that no retry changes: too large, or invalid. */
  isRefusal(error: unknown): boolean;
  /** Breaks connections that a silent broker keeps open and that closing does not end; the last call. */
  end?(): void;
}

/** What a probe finds out about the topic of messages. */
export interface ProbedTopic {
  readonly partitions: number;
  /** Its `max.message.bytes`; undefined if Kafka does not return it. */
  readonly maxMessageBytes: number | undefined;
}

/** A record whose partition has been chosen. */
export interface PlacedRecord extends KeyedRecord {
  readonly partition: number;
}

/** A connected producer. Everything it sends is acknowledged by all in-sync replicas. */
export interface OpenProducer {
  /** Sends all bodies to one partition. `turn` counts calls, which are distributed over the topic's partitions. */
  send(bodies: readonly Buffer[], turn: number): Promise<unknown>;
  /** Sends records to their partitions: a record batch each, in as few requests as there are leaders. */
  sendPlaced(records: readonly PlacedRecord[]): Promise<unknown>;
  close(): Promise<void>;
}

/** What a consumer needs to park messages. */
export interface DeadLetterDriver {
  send(letters: readonly DeadLetter[]): Promise<void>;
  close(): Promise<void>;
}
