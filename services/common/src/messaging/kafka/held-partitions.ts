import type { Logger } from '../../logging.ts';
import type { BatchOutcome, ConsumerHandlers, LogState } from '../ports.ts';
import { type Assignment, createAssignment, hasLost, type Partition, takeStored } from './assignment.ts';
import type { LogBatch } from './log-batch.ts';
import { patiently } from './patiently.ts';
import { type LogReader, Placer } from './placer.ts';

/** What {@link HeldPartitions} needs from a driver. */
export interface HeldPartitionsOptions {
  readonly topic: string;
  readonly logger: Logger;
  /** Runs `work` with a reader of the topic's log; rejects when the log cannot be read. */
  readonly readLog: (work: (log: LogReader) => Promise<void>) => Promise<void>;
  /** Called once when the consumer fails, before `onFatal`: stop fetching. */
  readonly onFail: () => void;
  /** Called when the store has lost confirmed data: position these partitions again, as after a join. */
  readonly onLost: (ids: readonly number[]) => void;
}

/**
 * The partitions assigned to a Kafka consumer, their positions by store and log, and the work in progress. An assignment
 * is valid until the next join: check {@link isOurs} after every wait.
 */
export class HeldPartitions {
  readonly #topic: string;
  readonly #logger: Logger;
  readonly #readLog: HeldPartitionsOptions['readLog'];
  readonly #onFail: () => void;
  readonly #onLost: (ids: readonly number[]) => void;
  readonly #placer: Placer;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #handlers: ConsumerHandlers | undefined;
  #assignment: Assignment | undefined;
  #inHand = 0;
  #failed = false;

  constructor({ topic, logger, readLog, onFail, onLost }: HeldPartitionsOptions) {
    this.#topic = topic;
    this.#logger = logger;
    this.#readLog = readLog;
    this.#onFail = onFail;
    this.#onLost = onLost;
    this.#placer = new Placer(logger, (event) => this.#handlers?.onLogEvent?.(event));
  }

  /** Sets the handlers. Call it before any other method. */
  start(handlers: ConsumerHandlers): void {
    this.#handlers = handlers;
  }

  /** Aborted by {@link stop}. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** The assignment of the last join; undefined outside the group. */
  get current(): Assignment | undefined {
    return this.#assignment;
  }

  /** Messages in batches that are being handled. */
  get inHand(): number {
    return this.#inHand;
  }

  /** Whether the consumer has stopped or failed. */
  isIdle(): boolean {
    return this.#failed || this.#stopping.signal.aborted;
  }

  isReady(): boolean {
    return this.#assignment?.positioned === true && !this.isIdle();
  }

  isOurs(assignment: Assignment): boolean {
    return assignment === this.#assignment && !this.isIdle();
  }

  sources(): readonly string[] {
    if (!this.isReady() || !this.#assignment) return [];
    return Array.from(this.#assignment.partitions.values(), ({ source }) => source);
  }

  /** Replaces the assignment after a join. */
  assign(ids: readonly number[]): Assignment {
    this.#assignment = createAssignment(this.#topic, ids);
    return this.#assignment;
  }

  /** Drops the assignment until the next join. */
  revoke(): void {
    this.#assignment = undefined;
  }

  /** Makes every partition be compared with the log before its next message, because the broker may now have another log. */
  doubt(): void {
    for (const partition of this.#assignment?.partitions.values() ?? []) partition.isDoubted = true;
  }

  /** Reads the partitions' positions from the store and places them in the log; false if they are no longer ours. */
  async position(assignment: Assignment, partitions: readonly Partition[]): Promise<boolean> {
    const stored = await this.#stored(partitions);
    for (const partition of partitions) takeStored(partition, stored.get(partition.source));
    return await this.place(assignment, partitions);
  }

  /** Places partitions in the log, with retries; false if they are no longer ours. */
  async place(assignment: Assignment, partitions: readonly Partition[]): Promise<boolean> {
    await patiently(() => this.#readLog((log) => this.#placer.place(partitions, log)), {
      isWanted: () => this.isOurs(assignment),
      logger: this.#logger,
      complaint: 'Kafka’s log cannot be read',
    });
    return this.isOurs(assignment);
  }

  /** Positions a partition again whose stored offset differs from the batch; false if it is no longer ours. */
  async follow(assignment: Assignment, partition: Partition, position: number | null): Promise<boolean> {
    const { source, expected } = partition;
    this.#logger.info({ source, expected, position }, 'stored offset differs: following the store');
    return await this.position(assignment, [partition]);
  }

  /** Checks whether the store has lost confirmed data; if so, calls `onLost`. */
  reposition(): void {
    const assignment = this.#assignment;
    if (!assignment?.positioned || this.isIdle()) return;
    this.run(() => this.#lookAgain(assignment), assignment);
  }

  /** Passes a batch to the handler; rejects if the handler gives up. */
  async handle(batch: LogBatch): Promise<BatchOutcome> {
    this.#inHand += batch.bodies.length;
    try {
      return await this.#startedHandlers().handle(batch, this.#stopping.signal);
    } finally {
      this.#inHand -= batch.bodies.length;
    }
  }

  /** Makes {@link settled} wait for this work. */
  track<T>(work: Promise<T>): Promise<T> {
    const settled = work.then(
      () => undefined,
      () => undefined,
    );
    this.#running.add(settled);
    void settled.then(() => this.#running.delete(settled));
    return work;
  }

  /** Runs work in the background. Its error ends the consumer; with an `assignment`, only while that is the current one. */
  run(work: () => Promise<void>, assignment?: Assignment): void {
    const guarded = work().catch((error: unknown) => {
      if (assignment === undefined || assignment === this.#assignment) this.fail(error);
    });
    void this.track(guarded);
  }

  /** Fails permanently: the process should restart. */
  fail(error: unknown): void {
    if (this.isIdle()) return;
    this.#failed = true;
    this.#onFail();
    this.#startedHandlers().onFatal(error);
  }

  /** Starts nothing new from now on. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Resolves when no work is in progress. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #lookAgain(assignment: Assignment): Promise<void> {
    const confirmed = Array.from(assignment.partitions.values(), ({ source, expected }) => ({
      source,
      expected,
    }));
    const stored = await this.#stored(confirmed);
    if (!this.isOurs(assignment) || !hasLost(confirmed, stored)) return;
    this.#logger.warn('the store has lost data: reading again from its position');
    this.#onLost([...assignment.partitions.keys()]);
  }

  #stored(partitions: readonly Pick<Partition, 'source'>[]): Promise<Map<string, LogState>> {
    const sources = partitions.map(({ source }) => source);
    return this.#startedHandlers().positions(sources, this.#stopping.signal);
  }

  #startedHandlers(): ConsumerHandlers {
    if (!this.#handlers) throw new Error('start the consumer first');
    return this.#handlers;
  }
}
