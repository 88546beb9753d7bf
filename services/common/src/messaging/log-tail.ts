/** Consecutive messages of one partition, and the offset to read after them. */
export interface TailRun {
  /** Raw values; null for a record without one. */
  readonly values: readonly (Buffer | null)[];
  readonly offsets: readonly number[];
  /** At least the offset after the last message; further where records are no messages. */
  readonly next: number;
}

/** A log as it stands. */
export interface LogDescription {
  /** Differs when the topic was deleted and created again under its name. */
  readonly id: string;
  /** First offset, and the offset after the last record, of every partition; in the order of the partitions. */
  readonly bounds: readonly { readonly low: number; readonly high: number }[];
}

/**
 * Reads a log beside its consumers: without a group, without committing anything, from whatever offsets the caller
 * says. It keeps no position of its own.
 */
export interface LogTail {
  readonly topic: string;
  /** @throws AppError `BROKER_UNAVAILABLE` (retriable), also when the topic is missing or may not be read. */
  describe(): Promise<LogDescription>;
  /**
   * Reads committed messages from one offset of each partition, and waits a moment if there are none.
   * @param from the offset to read next; the index is the partition
   * @param maxBytes of each partition; a first record batch comes whole
   * @returns the partitions that brought something; those whose broker did not answer are missing
   * @throws AppError `BROKER_UNAVAILABLE` (retriable) when no broker answered, or a partition does not have its offset.
   */
  read(from: readonly number[], maxBytes: number): Promise<ReadonlyMap<number, TailRun>>;
  close(): Promise<void>;
}

/** A message that was moved to the dead letters. */
export interface ParkedMessage {
  /** Why it can never be stored. */
  readonly reason: string;
  /** Where it was read: `topic:partition:offset`. */
  readonly source: string;
  /** Consumer that moved it. */
  readonly consumer: string;
  /** Ms since the epoch. */
  readonly parkedAt: number;
  /** Size of the message, bytes. */
  readonly bytes: number;
}

/** Looks at a lane's dead letters without taking them. */
export interface DeadLetterReader {
  /** The newest ones, newest first. @throws AppError `BROKER_UNAVAILABLE` (retriable) */
  newest(limit: number): Promise<readonly ParkedMessage[]>;
  close(): Promise<void>;
}
