/** A record and the key that chooses its partition. */
export interface KeyedRecord {
  readonly key: string;
  readonly value: Buffer;
}

/**
 * Writes keyed records to one topic of a log. Records of one key are always in one partition: the one that Kafka's own clients choose
 * (murmur2 of the key).
 *
 * Guarantee: when `write` resolves, all in-sync replicas have every record. When it rejects, the outcome of each is unknown. A record
 * can be there more than once even so: after an error of one partition the driver repeats the call. The first arrivals of one key keep the
 * order of the calls that wait for each other, and their order within a call.
 */
export interface LogWriter {
  /** The broker's name in logs, metrics and errors. */
  readonly broker: string;
  readonly topic: string;
  /** Connects and creates or checks the topic. Keeps the connection alive from then on. Rejects with AppError. */
  connect(): Promise<void>;
  /**
   * Writes all records and waits for all confirms.
   * @throws AppError `BROKER_UNAVAILABLE` or `BROKER_TIMEOUT` (retriable), `BROKER_REFUSED` if the broker will never accept a record
   */
  write(records: readonly KeyedRecord[]): Promise<void>;
  /** The partition of a key; undefined before the first connection. */
  partitionOf(key: string): number | undefined;
  /** The largest record value that the broker accepts, bytes, as far as known. */
  maxValueBytes(): number;
  /** Whether a write can currently succeed. */
  isReady(): boolean;
  /** Waits for writes in flight, then disconnects. Further calls return the same promise. */
  close(): Promise<void>;
}
