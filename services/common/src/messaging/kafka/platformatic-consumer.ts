import { Admin } from '@platformatic/kafka';
import { AppError } from '../../errors.ts';
import type { Logger } from '../../logging.ts';
import type { BatchOutcome, ConsumerHandlers, MessageConsumer } from '../ports.ts';
import { within } from '../within.ts';
import { type Assignment, isBehind, takeProgress } from './assignment.ts';
import { HeldPartitions } from './held-partitions.ts';
import { createLogBatch, type LogBatch } from './log-batch.ts';
import { OffsetHints } from './offset-hints.ts';
import { clientOptions, commitHints, ensureTopics } from './platformatic-client.ts';
import { type Fetched, FetchLoops } from './platformatic-fetch-loops.ts';
import { PlatformaticLogReader } from './platformatic-log-reader.ts';
import { PlatformaticMembership } from './platformatic-membership.ts';
import { PlatformaticDeadLetters } from './platformatic-producer.ts';
import type { KafkaSettings } from './settings.ts';

const MAX_BATCH_MESSAGES = 4_000;
const LEAVE_TIMEOUT_MS = 5_000;
const NOTHING = Buffer.alloc(0);

/**
 * Reads the topic as a member of the group, from where the *store* stands.
 *
 * It fetches directly instead of using the library's stream: the stream begins at Kafka's committed offsets and
 * cannot be moved, while here every fetch names the offset the store wants.
 */
export class PlatformaticConsumer implements MessageConsumer {
  readonly broker = 'kafka';
  readonly #settings: KafkaSettings;
  readonly #logger: Logger;
  readonly #maxBatchMessages: number;
  readonly #admin: Admin;
  readonly #held: HeldPartitions;
  readonly #loops: FetchLoops;
  readonly #deadLetters: PlatformaticDeadLetters;
  readonly #hints: OffsetHints;
  #membership: PlatformaticMembership | undefined;
  #stopped: Promise<void> | undefined;

  constructor(
    settings: KafkaSettings,
    dependencies: { readonly logger: Logger; readonly maxBatchMessages?: number | undefined },
  ) {
    const { logger, maxBatchMessages = MAX_BATCH_MESSAGES } = dependencies;
    this.#settings = settings;
    this.#logger = logger;
    this.#maxBatchMessages = maxBatchMessages;
    this.#admin = new Admin(clientOptions(settings));
    this.#held = new HeldPartitions({
      topic: settings.topic,
      logger,
      readLog: (work) => work(this.#logReader()),
      onFail: () => undefined,
      onLost: (ids) => this.#assign(ids),
    });
    this.#loops = new FetchLoops({
      settings,
      logger,
      held: this.#held,
      deliver: (assignment, fetched) => this.#deliver(assignment, fetched),
    });
    this.#deadLetters = new PlatformaticDeadLetters(settings);
    this.#hints = new OffsetHints(logger);
  }

  async start(handlers: ConsumerHandlers): Promise<void> {
    this.#held.start(handlers);
    await ensureTopics(this.#settings);
    if (this.#held.stopping.aborted) throw new AppError('STOPPING', 'the consumer was stopped');
    this.#membership = new PlatformaticMembership(this.#settings, this.#logger, {
      onJoin: (ids) => this.#assign(ids),
      onLeave: () => this.#held.revoke(),
      isWanted: () => !this.#held.isIdle(),
    });
    await this.#membership.join();
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

  #assign(ids: readonly number[]): void {
    const assignment = this.#held.assign(ids);
    this.#hints.clear();
    if (assignment.positioned || this.#held.isIdle()) return;
    this.#held.run(() => this.#position(assignment), assignment);
  }

  async #position(assignment: Assignment): Promise<void> {
    if (!(await this.#held.position(assignment, [...assignment.partitions.values()]))) return;
    assignment.positioned = true;
    await this.#loops.start(this.#startedMembership().client, assignment);
  }

  /** Hands a run over in parts; stops at the first that is not stored. */
  async #deliver(assignment: Assignment, { partition, values, offsets, next: end }: Fetched): Promise<void> {
    for (let from = 0; from < values.length; from += this.#maxBatchMessages) {
      if (!this.#held.isOurs(assignment)) return;
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
        isOurs: () => assignment === this.#held.current,
      });
      const outcome = await this.#handle(batch, assignment);
      if (!outcome || assignment !== this.#held.current) return;
      if (outcome.kind === 'moved') {
        const { expected } = partition;
        await this.#held.follow(assignment, partition, outcome.position);
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
    try {
      return await this.#held.handle(batch);
    } catch (error) {
      if (assignment === this.#held.current) this.#held.fail(error);
      return undefined;
    }
  }

  #hint(id: number, next: number): void {
    this.#hints.note(id, next, async (hints) => {
      const client = this.#membership?.client;
      if (client?.isActive()) await commitHints(client, this.#settings.topic, hints);
    });
  }

  #logReader(): PlatformaticLogReader {
    return new PlatformaticLogReader(this.#admin, this.#startedMembership().client, this.#settings.topic);
  }

  #startedMembership(): PlatformaticMembership {
    if (!this.#membership) throw new Error('start the consumer first');
    return this.#membership;
  }

  async #stop(): Promise<void> {
    this.#held.stop();
    const joined = this.#membership?.stop();
    await this.#held.settled();
    await joined;
    await within(LEAVE_TIMEOUT_MS, this.#leave());
  }

  async #leave(): Promise<void> {
    await this.#hints.flush();
    await this.#membership?.leave();
    await this.#admin.close().catch(() => undefined);
    await this.#deadLetters.close();
  }
}
