/**
 * Content type of an envelope, where a broker carries one as a property. Records of a log have no header for it, to save bytes; their
 * body contains the schema's version (`version`, 1 if absent).
 */
export const ENVELOPE_CONTENT_TYPE = 'application/vnd.caudal.message+json; version=1';

/**
 * Sends bodies to one broker's `message` queue or topic.
 *
 * Guarantee: when `publish` resolves, the broker has confirmed every body durably (a queue: it is on the disks of a
 * majority, and every lane's queue has it; a log: all in-sync replicas have it). When it rejects, the outcome of each body is unknown
 * unless the error's code is `BROKER_UNROUTABLE`; sending the same bodies again is safe because consumers count
 * an identity once. Bodies of one call keep their order unless something fails.
 */
export interface MessagePublisher {
  /** The broker's name in logs, metrics and errors. */
  readonly broker: string;
  /** Connects and creates or checks the topology. Keeps the connection alive from then on. Rejects with AppError. */
  connect(): Promise<void>;
  /**
   * Publishes all bodies and waits for all confirms.
   * @throws AppError `BROKER_UNAVAILABLE` or `BROKER_TIMEOUT` (retriable), `BROKER_UNROUTABLE` (retriable),
   * `BROKER_REFUSED` if the broker will never accept one of the bodies; it may have accepted others of the call.
   */
  publish(bodies: readonly Buffer[]): Promise<void>;
  /** The largest body that the broker accepts, bytes, as far as known; absent if there is no limit to observe. */
  maxBodyBytes?(): number;
  /** Whether a publish can currently succeed: connected, not blocked by a broker alarm. */
  isReady(): boolean;
  /** Waits for publishes in flight, then disconnects. Further calls return the same promise. */
  close(): Promise<void>;
}

/** Position of a batch in a log: the store must have `expected` before it moves to `next`. */
export interface BatchPosition {
  /** `topic:partition` */
  readonly source: string;
  /** The offset to read next before this batch; null if nothing of this source was ever stored. */
  readonly expected: number | null;
  /** The offset to read next after this batch. */
  readonly next: number;
  /**
   * Marks by which the adapter recognises the log after this batch is stored: text that the store keeps with
   * `next`. Absent: the store keeps none.
   */
  readonly marks?: string;
}

/** A store's record of a log source. */
export interface LogState {
  /** Next offset to read; null if nothing of this source was stored. */
  readonly position: number | null;
  /** The marks stored with the position; empty when there are none. */
  readonly marks: string;
  /** Recorded attempts at its next messages; empty if none. */
  readonly attempt: string;
}

/** A finding of an adapter about a log. */
export type LogEvent =
  /** It is not the log whose offset was stored, or it has lost its end; it is read again. */
  | { readonly kind: 'restarted'; readonly source: string }
  /** Retention has deleted this many messages before they were stored. */
  | { readonly kind: 'deleted'; readonly source: string; readonly messages: number };

/** A message that can never be stored: its index in the batch and the reason. */
export interface PoisonItem {
  readonly index: number;
  readonly reason: string;
}

/** Messages delivered together, in broker order. */
export interface DeliveryBatch {
  readonly bodies: readonly Buffer[];
  /** Number of messages marked as redelivered by the broker (a queue only; 0 for a log). */
  readonly redelivered: number;
  /** Present for a log: must be stored in the same transaction as the batch. Absent for a queue. */
  readonly position?: BatchPosition;
  /** Present for a log: offset of the first message. */
  readonly firstOffset?: number | undefined;
  /** Present for a log: messages `from` up to `to` as a batch of its own. Slices must be stored in order, without gaps. */
  slice?(from: number, to: number): DeliveryBatch;
  /**
   * Sends copies to the dead-letter queue or topic, with headers `caudal-reason`, `caudal-source` and
   * `caudal-consumer`. Must come before the batch is stored. Resolves when the broker has confirmed them; a queue's
   * adapter may resolve sooner and leave the originals unacknowledged until it has.
   */
  park(items: readonly PoisonItem[]): Promise<void>;
  /** Heartbeat to call every few seconds while a handler waits; rejects when the consumer has lost the batch. */
  keepAlive(): Promise<void>;
}

/**
 * Outcome of a batch. `stored`: acknowledge it. `moved`: the stored offset differs from the batch (another
 * consumer was faster, or the store was restored to an earlier state); resume at `position`, or at the start if it is null.
 */
export type BatchOutcome =
  | { readonly kind: 'stored' }
  | { readonly kind: 'moved'; readonly position: number | null };

/** Callbacks of a consumer. */
export interface ConsumerHandlers {
  /**
   * Handles one batch. Rejects only when it gave up because the consumer is stopping (nothing is acknowledged then)
   * or on an unrecoverable error. Adapters of a log may call it concurrently for different sources,
   * never for the same one; adapters of a queue call it for one batch after the other.
   */
  handle(batch: DeliveryBatch, stopping: AbortSignal): Promise<BatchOutcome>;
  /** Reads the store's state of these sources (log adapters ask on every assignment; the store takes precedence). */
  positions(sources: readonly string[], stopping: AbortSignal): Promise<Map<string, LogState>>;
  /** Reports a finding about a log to the operator. */
  onLogEvent?(event: LogEvent): void;
  /** Reports an unrecoverable error of the client or a handler: the process should exit. */
  onFatal(error: unknown): void;
}

/**
 * Reads one broker's `message` queue or topic as one of any number of competing consumers.
 *
 * Guarantee: at least once. A batch is acknowledged only after its handler resolved with `stored`; a queue
 * keeps order within a consumer, a log within a partition. A lost connection is rebuilt automatically.
 */
export interface MessageConsumer {
  /** The broker's name in logs, metrics and errors. */
  readonly broker: string;
  start(handlers: ConsumerHandlers): Promise<void>;
  /** Whether it is connected and part of the group, or subscribed to the queue. */
  isReady(): boolean;
  /** Assigned sources: `topic:partition`, or the queue's name. */
  assignments(): readonly string[];
  /** Messages delivered to this consumer and not stored yet. */
  inHand(): number;
  /**
   * Present for a log: asks the store again for each source's position, and resumes there if that differs. Call it when the
   * store may have returned with less data. A queue cannot do this, because it deletes what was acknowledged.
   */
  reposition?(): void;
  /** Stops taking messages, waits for running handlers, acknowledges what they stored, and leaves. Idempotent. */
  stop(): Promise<void>;
}

/** Backlog of the consumers. */
export interface Backlog {
  /** Messages that the lane still has to store, over all sources, within what `covers` says. */
  readonly messages: number;
  /** `waiting only`: `messages` excludes what consumers hold, because the broker was not asked for it. */
  readonly covers: 'waiting and in hand' | 'waiting only';
  /** Messages not yet delivered to a consumer; null if the broker does not report it (a log). */
  readonly waiting: number | null;
  /** Delivered to consumers and not acknowledged; null if unknown. */
  readonly inHand: number | null;
  /** The same by source: `topic:partition`, or the queue's name. */
  readonly bySource: Readonly<Record<string, number>>;
  /** Messages parked in the dead-letter queue or topic. */
  readonly deadLetters: number;
  /** Consumers currently known to the broker; null if it does not report them. */
  readonly consumers: number | null;
}

/** Reads the backlog from a broker, without producing or consuming. */
export interface BacklogReader {
  /** The broker's name in logs, metrics and errors. */
  readonly broker: string;
  connect(): Promise<void>;
  /** `positions`: the store's offsets by source (authoritative for a log); ignored by a queue. */
  read(positions: ReadonlyMap<string, number | null>): Promise<Backlog>;
  /** Returns the log's sources, so that the caller can ask the store for their positions; empty for a queue. */
  sources(): Promise<readonly string[]>;
  close(): Promise<void>;
}
