import { Admin, Consumer, type GroupAssignment } from '@platformatic/kafka';
import { AppError, errorMessage } from '../../errors.ts';
import type { Logger } from '../../logging.ts';
import { backOffMs } from '../back-off.ts';
import type { BatchOutcome, ConsumerHandlers, MessageConsumer } from '../ports.ts';
import type { KafkaSettings } from '../settings.ts';
import { within } from '../within.ts';
import {
  type Assignment,
  createAssignment,
  hasLost,
  isBehind,
  type Partition,
  takeProgress,
  takeStored,
} from './assignment.ts';
import { kafkaError } from './errors.ts';
import type { Run } from './fetched-records.ts';
import { FreezeWatch } from './freeze-watch.ts';
import { createLogBatch, type LogBatch } from './log-batch.ts';
import { OffsetHints } from './offset-hints.ts';
import { PartitionWatch } from './partition-watch.ts';
import { patiently } from './patiently.ts';
import { Placer } from './placer.ts';
import {
  clientOptions,
  commitHints,
  ensureTopics,
  leadersOf,
  metadataMaxAge,
} from './platformatic-client.ts';
import { fetchRuns } from './platformatic-fetch.ts';
import { PlatformaticLogReader } from './platformatic-log-reader.ts';
import { PlatformaticDeadLetters } from './platformatic-producer.ts';

const MAX_BATCH_MESSAGES = 4_000;
const MAX_WAIT_MS = 100;
const LEAVE_TIMEOUT_MS = 5_000;
const NOTHING = Buffer.alloc(0);

/** Records of one partition, with the offset they were asked from. */
interface Fetched extends Run {
  readonly partition: Partition;
  readonly askedFrom: number;
}

/**
 * Reads the topic as a member of the group, from where the *store* stands.
 *
 * It fetches directly instead of using the library's stream: the stream begins at Kafka's committed offsets and
 * cannot be moved, while here every fetch names the offset the store wants. One loop per leading broker asks for all
 * of its partitions at once and asks for what comes next while the handlers work; what a handler's outcome has made
 * stale by then is dropped.
 */
export class PlatformaticConsumer implements MessageConsumer {
  readonly broker = 'kafka';
  readonly #settings: KafkaSettings;
  readonly #logger: Logger;
  readonly #maxBatchMessages: number;
  readonly #admin: Admin;
  readonly #placer: Placer;
  readonly #deadLetters: PlatformaticDeadLetters;
  readonly #hints: OffsetHints;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  /** Brokers that have a fetch loop. */
  readonly #nodes = new Set<number>();
  #handlers: ConsumerHandlers | undefined;
  #consumer: Consumer | undefined;
  #watch: PartitionWatch | undefined;
  readonly #freezeWatch: FreezeWatch;
  #assignment: Assignment | undefined;
  #joining: Promise<void> | undefined;
  /** Messages in batches that are being handled. */
  #inHand = 0;
  #failed = false;
  #stopped: Promise<void> | undefined;

  constructor(
    settings: KafkaSettings,
    dependencies: { readonly logger: Logger; readonly maxBatchMessages?: number | undefined },
  ) {
    this.#settings = settings;
    this.#logger = dependencies.logger;
    this.#maxBatchMessages = dependencies.maxBatchMessages ?? MAX_BATCH_MESSAGES;
    this.#admin = new Admin(clientOptions(settings));
    this.#placer = new Placer(dependencies.logger, (event) => this.#handlers?.onLogEvent?.(event));
    this.#deadLetters = new PlatformaticDeadLetters(settings);
    this.#hints = new OffsetHints(dependencies.logger);
    const { sessionTimeoutMs } = settings;
    // A heartbeat is at most a third of a session old, so a freeze that takes the rest of it may have ended the session.
    this.#freezeWatch = new FreezeWatch((sessionTimeoutMs * 2) / 3, (milliseconds) => {
      const freeze = `frozen for ${Math.round(milliseconds)} ms`;
      this.#fail(
        new AppError(
          'BROKER_TIMEOUT',
          `${freeze}: the Kafka session of ${sessionTimeoutMs} ms may be over, starting over`,
        ),
      );
    });
  }

  async start(handlers: ConsumerHandlers): Promise<void> {
    this.#handlers = handlers;
    await ensureTopics(this.#settings);
    if (this.#stopping.signal.aborted) throw new AppError('STOPPING', 'the consumer was stopped');
    const { group, topic, sessionTimeoutMs, maxBytesPerPartition } = this.#settings;
    const consumer = new Consumer({
      ...clientOptions(this.#settings),
      groupId: group,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.round(sessionTimeoutMs / 3),
      rebalanceTimeout: Math.max(30_000, sessionTimeoutMs),
      heartbeatStallTimeout: 2 * sessionTimeoutMs,
      autocommit: false,
      maxBytesPerPartition,
    });
    this.#consumer = consumer;
    this.#watch = new PartitionWatch({
      count: async (isFresh) => {
        const metadata = await consumer.metadata({ topics: [topic], forceUpdate: isFresh });
        return metadata.topics.get(topic)?.partitionsCount ?? 0;
      },
      intervalMs: metadataMaxAge(this.#settings),
      logger: this.#logger,
      onGrown: (partitions) => this.#rejoin(consumer, `the topic has ${partitions} partitions now`),
    });
    consumer.topics.track(topic);
    consumer.on('consumer:group:join', ({ assignments, isLeader }) => {
      this.#onJoin(consumer, assignments ?? []);
      // Only a leader that joins again makes the group rebalance, so only the leader needs to know.
      if (isLeader) this.#watch?.start();
      else this.#watch?.stop();
    });
    for (const event of ['consumer:group:rebalance', 'consumer:group:leave'] as const) {
      consumer.on(event, () => {
        this.#assignment = undefined;
      });
    }
    // The client gives up after a few tries; we do not.
    consumer.on('error', (error: unknown) => this.#rejoin(consumer, error));
    consumer.on('consumer:heartbeat:stalled', ({ lastError }) => this.#rejoin(consumer, lastError));
    try {
      await consumer.joinGroup({});
      // The client has been seen not to find its way back into the group; a new process does.
      if (!this.#stopping.signal.aborted) this.#freezeWatch.start();
    } catch (error) {
      await consumer.close(true).catch(() => undefined);
      throw kafkaError(error, this.#settings);
    }
  }

  isReady(): boolean {
    return this.#assignment?.positioned === true && !this.#idle();
  }

  assignments(): readonly string[] {
    if (!this.isReady() || !this.#assignment) return [];
    return Array.from(this.#assignment.partitions.values(), ({ source }) => source);
  }

  inHand(): number {
    return this.#inHand;
  }

  reposition(): void {
    const [consumer, assignment] = [this.#consumer, this.#assignment];
    if (!consumer || !assignment?.positioned || this.#idle()) return;
    this.#track(this.#lookAgain(consumer, assignment));
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  #onJoin(consumer: Consumer, assigned: readonly GroupAssignment[]): void {
    const { topic } = this.#settings;
    const ids = assigned.find((assignment) => assignment.topic === topic)?.partitions ?? [];
    this.#logger.info({ partitions: ids }, 'joined the Kafka group');
    this.#assign(consumer, ids);
  }

  #assign(consumer: Consumer, ids: readonly number[]): void {
    const assignment = createAssignment(this.#settings.topic, ids);
    this.#assignment = assignment;
    this.#hints.clear();
    if (assignment.positioned || this.#idle()) return;
    this.#track(this.#position(consumer, assignment));
  }

  #rejoin(consumer: Consumer, reason: unknown): void {
    this.#assignment = undefined;
    if (this.#joining || this.#idle()) return;
    this.#logger.warn(`joining the Kafka group again: ${errorMessage(reason)}`);
    const joined = patiently(() => consumer.joinGroup({}), {
      isWanted: () => !this.#idle(),
      logger: this.#logger,
      complaint: 'Kafka does not take us into the group',
    });
    this.#joining = joined.then(() => {
      this.#joining = undefined;
    });
  }

  async #position(consumer: Consumer, assignment: Assignment): Promise<void> {
    const partitions = [...assignment.partitions.values()];
    try {
      await this.#askStore(partitions);
      if (!(await this.#place(consumer, assignment, partitions))) return;
      assignment.positioned = true;
      await this.#startLoops(consumer, assignment);
    } catch (error) {
      if (assignment === this.#assignment) this.#fail(error);
    }
  }

  async #askStore(partitions: readonly Partition[]): Promise<void> {
    const sources = partitions.map(({ source }) => source);
    const stored = await this.#startedHandlers().positions(sources, this.#stopping.signal);
    for (const partition of partitions) takeStored(partition, stored.get(partition.source));
  }

  /** Starts over, as after a join, if the store has lost something; abandons work in progress. */
  async #lookAgain(consumer: Consumer, assignment: Assignment): Promise<void> {
    const confirmed = Array.from(assignment.partitions.values(), ({ source, expected }) => ({
      source,
      expected,
    }));
    try {
      const sources = confirmed.map(({ source }) => source);
      const stored = await this.#startedHandlers().positions(sources, this.#stopping.signal);
      if (!this.#isOurs(assignment) || !hasLost(confirmed, stored)) return;
      this.#logger.warn('the store has less than it had: reading again from where it stands');
      this.#assign(consumer, [...assignment.partitions.keys()]);
    } catch (error) {
      if (assignment === this.#assignment) this.#fail(error);
    }
  }

  /** Starts a fetch loop for every broker that leads an assigned partition and has none. */
  async #startLoops(consumer: Consumer, assignment: Assignment): Promise<void> {
    for (const node of (await this.#leaders(consumer, assignment)).keys()) {
      if (this.#nodes.has(node)) continue;
      this.#nodes.add(node);
      this.#track(
        this.#loop(consumer, node).finally(() => {
          this.#nodes.delete(node);
          // It ended for an assignment that may have been replaced meanwhile.
          const current = this.#assignment;
          if (current?.positioned && !this.#idle()) this.#track(this.#startLoops(consumer, current));
        }),
      );
    }
  }

  /** Our partitions by leading broker; empty when they are no longer ours. */
  async #leaders(consumer: Consumer, assignment: Assignment): Promise<Map<number, Partition[]>> {
    const ask = () => leadersOf(consumer, this.#settings.topic, [...assignment.partitions.values()]);
    const answer = await patiently(ask, {
      isWanted: () => this.#isOurs(assignment),
      logger: this.#logger,
      complaint: 'Kafka does not tell who leads',
    });
    return answer ?? new Map();
  }

  /** Reads from one broker for as long as it leads an assigned partition. */
  async #loop(consumer: Consumer, node: number): Promise<void> {
    let ahead: Promise<Fetched[]> | undefined;
    for (;;) {
      const assignment = this.#assignment;
      if (!assignment?.positioned || this.#idle()) break;
      const leaders = await this.#leaders(consumer, assignment);
      const mine = leaders.get(node);
      if (!mine) break;
      const fetched = await this.#untilStopped(ahead ?? this.#fetch(consumer, assignment, node, mine, []));
      ahead = undefined;
      if (assignment !== this.#assignment) continue;
      const doubted = mine.filter(({ isDoubted }) => isDoubted);
      if (doubted.length > 0) {
        await this.#place(consumer, assignment, doubted);
        continue;
      }
      const current = fetched.filter(({ partition, askedFrom }) => partition.readFrom === askedFrom);
      ahead = this.#fetch(consumer, assignment, node, mine, current);
      await Promise.all(current.map((run) => this.#deliver(consumer, assignment, run)));
      for (const other of leaders.keys())
        if (!this.#nodes.has(other)) await this.#startLoops(consumer, assignment);
    }
    if (ahead) await this.#untilStopped(ahead);
  }

  /** A silent broker must not hold up a stop; the fetch is left to itself. */
  #untilStopped(fetch: Promise<Fetched[]>): Promise<Fetched[]> {
    const { signal } = this.#stopping;
    if (signal.aborted) return Promise.resolve([]);
    return new Promise((resolve) => {
      const giveUp = () => resolve([]);
      signal.addEventListener('abort', giveUp, { once: true });
      void fetch.then((fetched) => {
        signal.removeEventListener('abort', giveUp);
        resolve(fetched);
      });
    });
  }

  /**
   * One request for all of a broker's partitions, from where they stand or, for those in `beingDelivered`, from where
   * they will stand. Never rejects: after an error it waits, leaves the partitions in doubt, and brings nothing.
   */
  async #fetch(
    consumer: Consumer,
    assignment: Assignment,
    node: number,
    partitions: readonly Partition[],
    beingDelivered: readonly Fetched[],
  ): Promise<Fetched[]> {
    const { topic, maxBytesPerPartition } = this.#settings;
    const offsets = new Map(partitions.map(({ id, readFrom: from }) => [id, from]));
    for (const { partition, next } of beingDelivered) offsets.set(partition.id, next);
    try {
      const runs = await fetchRuns(consumer, {
        topic,
        node,
        offsets,
        maxBytesPerPartition,
        maxWaitMs: MAX_WAIT_MS,
      });
      return Array.from(runs).flatMap(([id, run]) => {
        const partition = assignment.partitions.get(id);
        const askedFrom = offsets.get(id);
        if (!partition || askedFrom === undefined || run.next === askedFrom) return [];
        return [{ partition, askedFrom, ...run }];
      });
    } catch (error) {
      if (this.#idle() || assignment !== this.#assignment) return [];
      this.#logger.warn({ node }, `a fetch from Kafka failed: ${errorMessage(error)}`);
      consumer.clearMetadata();
      await new Promise((resolve) => setTimeout(resolve, backOffMs(1)));
      // Perhaps the log does not have the offset (any more), or the broker came back with another log.
      for (const partition of partitions) partition.isDoubted = true;
      return [];
    }
  }

  /** Hands a run over in parts; stops at the first that is not stored. */
  async #deliver(
    consumer: Consumer,
    assignment: Assignment,
    { partition, values, offsets, next: end }: Fetched,
  ): Promise<void> {
    for (let from = 0; from < values.length; from += this.#maxBatchMessages) {
      if (assignment !== this.#assignment || this.#idle()) return;
      const to = from + this.#maxBatchMessages;
      const next = to >= values.length ? end : (offsets[to - 1] ?? 0) + 1;
      // Without a heartbeat: the client keeps up the membership.
      const batch = createLogBatch({
        source: partition.source,
        expected: partition.expected,
        marks: partition.trueMarks,
        bodies: values.slice(from, to).map((value) => value ?? NOTHING),
        offsets: offsets.slice(from, to),
        next,
        deadLetters: this.#deadLetters,
        isOurs: () => assignment === this.#assignment,
      });
      const outcome = await this.#handle(batch, assignment);
      if (!outcome || assignment !== this.#assignment) return;
      if (outcome.kind === 'moved') {
        const { source, expected } = partition;
        this.#logger.info(
          { source, expected, position: outcome.position },
          'stored offset differs: following the store',
        );
        await this.#askStore([partition]);
        await this.#place(consumer, assignment, [partition]);
        if (isBehind(outcome.position, expected)) this.reposition();
        return;
      }
      takeProgress(partition, next, batch.position.marks);
      this.#hint(partition.id, next);
    }
    // Also past what is no message: a run may hold nothing but the marks of a transaction.
    partition.readFrom = end;
  }

  /** The handler's outcome; undefined when the batch was given up. */
  async #handle(batch: LogBatch, assignment: Assignment): Promise<BatchOutcome | undefined> {
    this.#inHand += batch.bodies.length;
    try {
      return await this.#startedHandlers().handle(batch, this.#stopping.signal);
    } catch (error) {
      if (assignment === this.#assignment) this.#fail(error);
      return undefined;
    } finally {
      this.#inHand -= batch.bodies.length;
    }
  }

  /** Places partitions in the log; false when they are no longer ours. */
  async #place(
    consumer: Consumer,
    assignment: Assignment,
    partitions: readonly Partition[],
  ): Promise<boolean> {
    const log = new PlatformaticLogReader(this.#admin, consumer, this.#settings.topic);
    await patiently(() => this.#placer.place(partitions, log), {
      isWanted: () => this.#isOurs(assignment),
      logger: this.#logger,
      complaint: 'Kafka’s log cannot be read',
    });
    return this.#isOurs(assignment);
  }

  #isOurs(assignment: Assignment): boolean {
    return assignment === this.#assignment && !this.#idle();
  }

  #hint(id: number, next: number): void {
    this.#hints.note(id, next, async (hints) => {
      if (this.#consumer?.isActive()) await commitHints(this.#consumer, this.#settings.topic, hints);
    });
  }

  #track(work: Promise<void>): void {
    const settled = work.catch((error: unknown) => this.#fail(error));
    this.#running.add(settled);
    void settled.then(() => this.#running.delete(settled));
  }

  #idle(): boolean {
    return this.#failed || this.#stopping.signal.aborted;
  }

  #fail(error: unknown): void {
    if (this.#idle()) return;
    this.#failed = true;
    this.#freezeWatch.stop();
    this.#startedHandlers().onFatal(error);
  }

  #startedHandlers(): ConsumerHandlers {
    if (!this.#handlers) throw new Error('start the consumer first');
    return this.#handlers;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    this.#watch?.stop();
    this.#freezeWatch.stop();
    await Promise.all(this.#running);
    await this.#joining;
    await within(LEAVE_TIMEOUT_MS, this.#leave());
  }

  async #leave(): Promise<void> {
    await this.#hints.flush();
    await this.#consumer?.close(true).catch(() => undefined);
    await this.#admin.close().catch(() => undefined);
    await this.#deadLetters.close();
  }
}
