import type { Consumer, ConsumerGroupJoinEvent, EachBatchPayload, KafkaMessage } from 'kafkajs';
import { AppError } from '../../errors.ts';
import type { Logger } from '../../logging.ts';
import type { BatchOutcome, ConsumerHandlers, MessageConsumer } from '../ports.ts';
import { within } from '../within.ts';
import { type Assignment, isBehind, type Partition, takeProgress } from './assignment.ts';
import { fetchWait } from './fetch-wait.ts';
import { HeldPartitions } from './held-partitions.ts';
import { createKafkajsClient, type KafkajsClient, RETRY } from './kafkajs-client.ts';
import { KafkajsDeadLetters } from './kafkajs-dead-letters.ts';
import { KafkajsLogReader } from './kafkajs-log-reader.ts';
import { ensureTopics } from './kafkajs-topology.ts';
import { keepMembership } from './keep-membership.ts';
import { createLogBatch, type LogBatch } from './log-batch.ts';
import { type OffsetHint, OffsetHints } from './offset-hints.ts';
import type { KafkaSettings } from './settings.ts';

const MAX_BATCH_MESSAGES = 4_000;
const LEAVE_TIMEOUT_MS = 5_000;
const METADATA_MAX_AGE_MS = 60_000;
const NOTHING = Buffer.alloc(0);

/**
 * Reads the topic as a member of the group, from the *store's* position.
 *
 * Kafka's committed offset is only a hint for lag tools. On every join all partitions are paused until the store has
 * answered, then sought to its offsets. A batch is handed over only if it begins exactly there, so `expected` and
 * `next` are always correct, whatever was fetched before a seek took effect.
 */
export class KafkajsConsumer implements MessageConsumer {
  readonly broker = 'kafka';
  readonly #settings: KafkaSettings;
  readonly #logger: Logger;
  readonly #maxBatchMessages: number;
  readonly #client: KafkajsClient;
  readonly #reader: KafkajsLogReader;
  readonly #held: HeldPartitions;
  readonly #deadLetters: KafkajsDeadLetters;
  readonly #hints: OffsetHints;
  /** Brokers with an unanswered fetch. */
  readonly #fetching = new Set<number>();
  #consumer: Consumer | undefined;
  #joining: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(
    settings: KafkaSettings,
    dependencies: { readonly logger: Logger; readonly maxBatchMessages?: number | undefined },
  ) {
    this.#settings = settings;
    this.#logger = dependencies.logger;
    this.#maxBatchMessages = dependencies.maxBatchMessages ?? MAX_BATCH_MESSAGES;
    // A broker that was away may have returned with another log.
    this.#client = createKafkajsClient(settings, dependencies.logger, () => this.#held.doubt());
    this.#reader = new KafkajsLogReader(settings, dependencies.logger);
    this.#held = new HeldPartitions({
      topic: settings.topic,
      logger: dependencies.logger,
      readLog: (work) => this.#reader.read(work),
      onFail: () => this.#pauseAll(),
      onLost: (ids) => this.#assign(this.#startedConsumer(), ids),
    });
    this.#deadLetters = new KafkajsDeadLetters(this.#client.kafka, settings);
    this.#hints = new OffsetHints(dependencies.logger);
  }

  async start(handlers: ConsumerHandlers): Promise<void> {
    this.#held.start(handlers);
    const { kafka } = this.#client;
    const partitions = await ensureTopics(kafka, this.#settings);
    if (this.#held.stopping.aborted) throw new AppError('STOPPING', 'the consumer was stopped');
    const { group, sessionTimeoutMs } = this.#settings;
    const { minBytes, maxWaitMs } = fetchWait(this.#settings);
    const consumer = kafka.consumer({
      groupId: group,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.round(sessionTimeoutMs / 3),
      rebalanceTimeout: Math.max(30_000, sessionTimeoutMs),
      maxWaitTimeInMs: maxWaitMs,
      minBytes,
      maxBytesPerPartition: this.#settings.maxBytesPerPartition,
      metadataMaxAge: this.#settings.metadataMaxAgeMs ?? METADATA_MAX_AGE_MS,
      allowAutoTopicCreation: false,
      retry: { ...RETRY, restartOnFailure: () => Promise.resolve(!this.#held.stopping.aborted) },
    });
    this.#consumer = consumer;
    consumer.on(consumer.events.GROUP_JOIN, (event) => this.#onJoin(consumer, event));
    consumer.on(consumer.events.FETCH_START, ({ payload }) => this.#onFetchStart(payload.nodeId));
    consumer.on(consumer.events.FETCH, ({ payload }) => this.#fetching.delete(payload.nodeId));
    // Not on REBALANCING: nothing is in progress then, and if the coordinator cannot admit it yet, kafkajs continues as
    // the same member, without another GROUP_JOIN. The store refuses batches of partitions that are no longer ours.
    consumer.on(consumer.events.DISCONNECT, () => this.#held.revoke());
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      this.#held.revoke();
      if (!payload.restart) this.#held.fail(payload.error);
    });
    this.#joining = this.#join(consumer, partitions);
    await this.#joining;
  }

  isReady(): boolean {
    return this.#held.isReady();
  }

  assignments(): readonly string[] {
    return this.#held.sources();
  }

  inHand(): number {
    return this.#held.inHand;
  }

  reposition(): void {
    this.#held.reposition();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #join(consumer: Consumer, partitions: number): Promise<void> {
    await consumer.connect();
    await consumer.subscribe({ topics: [this.#settings.topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: Math.max(1, partitions),
      eachBatch: (payload) => this.#held.track(this.#onBatch(consumer, payload)),
    });
  }

  #onJoin(consumer: Consumer, { payload }: ConsumerGroupJoinEvent): void {
    const ids = payload.memberAssignment[this.#settings.topic] ?? [];
    this.#logger.info(
      { partitions: ids, members: payload.isLeader ? 'leader' : 'member' },
      'joined the Kafka group',
    );
    this.#assign(consumer, ids);
  }

  #assign(consumer: Consumer, ids: readonly number[]): void {
    const assignment = this.#held.assign(ids);
    this.#hints.clear();
    if (assignment.positioned || this.#held.stopping.aborted) return;
    consumer.pause([{ topic: this.#settings.topic, partitions: [...ids] }]);
    this.#held.run(() => this.#position(consumer, assignment), assignment);
  }

  /** Asks the store for its positions and compares the log; kafkajs maintains the membership meanwhile. */
  async #position(consumer: Consumer, assignment: Assignment): Promise<void> {
    const { topic } = this.#settings;
    const partitions = [...assignment.partitions.values()];
    if (!(await this.#held.position(assignment, partitions))) return;
    for (const partition of partitions) this.#seek(consumer, partition);
    assignment.positioned = true;
    consumer.resume([{ topic, partitions: partitions.map(({ id }) => id) }]);
  }

  async #onBatch(consumer: Consumer, payload: EachBatchPayload): Promise<void> {
    const assignment = this.#held.current;
    const partition = assignment?.partitions.get(payload.batch.partition);
    // Resolve no offset, so that kafkajs fetches the same again if the partition is still ours.
    if (!assignment?.positioned || !partition || this.#held.isIdle() || payload.isStale()) return;
    const { messages } = payload.batch;
    const first = Number(messages[0]?.offset);
    const isInPlace = first === partition.readFrom && !partition.isDoubted;
    if (!isInPlace && !(await this.#reconcile(consumer, assignment, partition, first))) return;
    for (let from = 0; from < messages.length; from += this.#maxBatchMessages) {
      if (!this.#held.isOurs(assignment) || payload.isStale()) return;
      const part = messages.slice(from, from + this.#maxBatchMessages);
      const next = Number(part.at(-1)?.offset) + 1;
      const handled = await this.#handle(payload, assignment, partition, part, next);
      if (!handled || assignment !== this.#held.current) return;
      if (handled.outcome.kind === 'moved') {
        await this.#move(consumer, assignment, partition, handled.outcome.position);
        return;
      }
      takeProgress(partition, next, handled.batch.position.marks);
      partition.readFrom = next;
      partition.misses = 0;
      payload.resolveOffset(String(next - 1));
      this.#hints.note(partition.id, next, (hints) => this.#commit(payload, hints));
      await payload.heartbeat();
    }
  }

  /** Returns the batch and its handler's outcome, or undefined if it was abandoned. Rethrows errors that kafkajs must handle. */
  async #handle(
    payload: EachBatchPayload,
    assignment: Assignment,
    partition: Partition,
    messages: readonly KafkaMessage[],
    next: number,
  ): Promise<{ readonly batch: LogBatch; readonly outcome: BatchOutcome } | undefined> {
    const membership = keepMembership(() => payload.heartbeat(), this.#settings.sessionTimeoutMs / 3);
    const batch = createLogBatch({
      source: partition.source,
      expected: partition.expected,
      marks: partition.trueMarks,
      bodies: messages.map(({ value }) => value ?? NOTHING),
      offsets: messages.map(({ offset }) => Number(offset)),
      next,
      deadLetters: this.#deadLetters,
      isOurs: () => assignment === this.#held.current,
      heartbeat: () => membership.confirm(),
    });
    try {
      return { batch, outcome: await this.#held.handle(batch) };
    } catch (error) {
      if (membership.error() !== undefined) throw membership.error();
      if (assignment === this.#held.current) this.#held.fail(error);
      return undefined;
    } finally {
      membership.end();
    }
  }

  /**
   * Handles a fetch that did not begin at the partition's position (it came before a seek, or kafkajs was sent back to the log's
   * start, or offsets are missing in the log), or while the log is in doubt. Decides whether to hand it over.
   */
  async #reconcile(
    consumer: Consumer,
    assignment: Assignment,
    partition: Partition,
    first: number,
  ): Promise<boolean> {
    if (!(await this.#held.place(assignment, [partition]))) return false;
    if (first === partition.readFrom) return true;
    partition.misses++;
    if (first > partition.readFrom && partition.misses > 1) {
      // A fetch after the seek still began later: the offsets between are not messages (a transaction's markers).
      this.#logger.warn(
        { source: partition.source, from: partition.readFrom, to: first },
        'the log has a gap',
      );
      partition.readFrom = first;
      return true;
    }
    this.#seek(consumer, partition);
    return false;
  }

  async #move(
    consumer: Consumer,
    assignment: Assignment,
    partition: Partition,
    position: number | null,
  ): Promise<void> {
    const { expected } = partition;
    if (await this.#held.follow(assignment, partition, position)) this.#seek(consumer, partition);
    if (isBehind(position, expected)) this.reposition();
  }

  #seek(consumer: Consumer, partition: Partition): void {
    consumer.seek({
      topic: this.#settings.topic,
      partition: partition.id,
      offset: String(partition.readFrom),
    });
  }

  /** Detects a failed fetch, which kafkajs does not report: it has no end before the next one starts. */
  #onFetchStart(node: number): void {
    if (this.#fetching.has(node)) this.#held.doubt();
    this.#fetching.add(node);
  }

  #commit(payload: EachBatchPayload, hints: readonly OffsetHint[]): Promise<void> {
    const partitions = hints.map(({ partition, offset }) => ({ partition, offset: String(offset) }));
    return payload.commitOffsetsIfNecessary({ topics: [{ topic: this.#settings.topic, partitions }] });
  }

  /** Keeps kafkajs from fetching in circles what is no longer consumed. */
  #pauseAll(): void {
    try {
      this.#consumer?.pause([{ topic: this.#settings.topic }]);
    } catch {
      // The consumer is not running, so there is nothing to pause.
    }
  }

  #startedConsumer(): Consumer {
    if (!this.#consumer) throw new Error('start the consumer first');
    return this.#consumer;
  }

  async #stop(): Promise<void> {
    this.#held.stop();
    this.#pauseAll();
    await this.#held.settled();
    // Who has asked to join cannot leave before it is let in, and would hold up the group until its session expires.
    await within(LEAVE_TIMEOUT_MS, Promise.allSettled([this.#joining]));
    await within(LEAVE_TIMEOUT_MS, this.#leave());
    this.#client.end();
    this.#reader.end();
  }

  async #leave(): Promise<void> {
    await this.#hints.flush();
    await this.#consumer?.disconnect().catch(() => undefined);
    await this.#deadLetters.close();
  }
}
