import { hasLost, isBehind } from '../kafka/assignment.ts';
import { deadLetterHeaders } from '../kafka/dead-letter.ts';
import { createLogBatch, type LogBatch } from '../kafka/log-batch.ts';
import { decodeMarks, type LogMark } from '../kafka/log-mark.ts';
import { sourceOf } from '../kafka/source.ts';
import type { KeyedRecord, LogWriter } from '../log-writer.ts';
import type {
  Backlog,
  BacklogReader,
  ConsumerHandlers,
  MessageConsumer,
  MessagePublisher,
} from '../ports.ts';
import { MemoryLogWriter } from './memory-log-writer.ts';
import { MemoryPublisher, PublishFaults } from './memory-publisher.ts';
import type { MemoryDeadLetter } from './memory-queue.ts';

/** A partitioned log in this process, for tests of the port's users: behaves like the Kafka adapters. */
export class MemoryLog {
  readonly name: string;
  readonly faults = new PublishFaults();
  readonly deadLetters: MemoryDeadLetter[] = [];
  readonly maxBatchMessages: number;
  readonly #partitions: Buffer[][];
  readonly #records: (KeyedRecord & { readonly partition: number })[] = [];
  readonly #members: MemoryLogConsumer[] = [];
  #turn = 0;

  constructor(
    options: {
      readonly name?: string;
      readonly partitions?: number;
      readonly maxBatchMessages?: number;
    } = {},
  ) {
    this.name = options.name ?? 'message';
    this.maxBatchMessages = options.maxBatchMessages ?? 1_000;
    this.#partitions = Array.from({ length: options.partitions ?? 3 }, () => []);
  }

  createPublisher(): MessagePublisher {
    return new MemoryPublisher('kafka', this.faults, (bodies) => this.append(bodies));
  }

  createWriter(): LogWriter {
    return new MemoryLogWriter({
      topic: this.name,
      partitions: this.#partitions.length,
      faults: this.faults,
      append: (partition, record) => {
        this.#records.push({ ...record, partition });
        this.#partitions[partition]?.push(record.value);
        for (const member of this.#members) member.wake();
      },
    });
  }

  createConsumer(clientId = 'memory'): MessageConsumer {
    return new MemoryLogConsumer(this, clientId);
  }

  createBacklogReader(): BacklogReader {
    return {
      broker: 'kafka',
      connect: () => Promise.resolve(),
      sources: () => Promise.resolve(this.#partitions.map((_, id) => sourceOf(this.name, id))),
      read: (positions) => Promise.resolve(this.#backlog(positions)),
      close: () => Promise.resolve(),
    };
  }

  /** Records that writers have written, in order. */
  written(): readonly (KeyedRecord & { readonly partition: number })[] {
    return this.#records;
  }

  /** Appends messages to one partition, the next call to the next one, regardless of faults. */
  append(bodies: readonly Buffer[]): void {
    this.#partitions[this.#turn++ % this.#partitions.length]?.push(...bodies);
    for (const member of this.#members) member.wake();
  }

  /** Rebalances: every member loses its partitions and reads the store's positions again. */
  redeliver(): void {
    for (const [index, member] of this.#members.entries()) {
      const ids = this.#partitions.map((_, id) => id).filter((id) => id % this.#members.length === index);
      member.assign(ids);
    }
  }

  /** @internal */
  join(member: MemoryLogConsumer): void {
    this.#members.push(member);
    this.redeliver();
  }

  /** @internal */
  leave(member: MemoryLogConsumer): void {
    const index = this.#members.indexOf(member);
    if (index >= 0) this.#members.splice(index, 1);
    member.assign([]);
    this.redeliver();
  }

  /** @internal */
  fetch(partition: number, from: number): readonly Buffer[] {
    return this.#partitions[partition]?.slice(from, from + this.maxBatchMessages) ?? [];
  }

  #backlog(positions: ReadonlyMap<string, number | null>): Backlog {
    const bySource: Record<string, number> = {};
    let messages = 0;
    for (const [id, log] of this.#partitions.entries()) {
      const source = sourceOf(this.name, id);
      const lag = Math.max(0, log.length - (positions.get(source) ?? 0));
      bySource[source] = lag;
      messages += lag;
    }
    return {
      messages,
      covers: 'waiting and in hand',
      waiting: null,
      inHand: null,
      bySource,
      deadLetters: this.deadLetters.length,
      consumers: this.#members.length,
    };
  }
}

/** A partition a member holds; a new assignment makes new ones. */
interface Holding {
  readonly partition: number;
  readonly source: string;
  expected: number | null;
  marks: readonly LogMark[];
  positioned: boolean;
  running: boolean;
}

class MemoryLogConsumer implements MessageConsumer {
  readonly broker = 'kafka';
  readonly #log: MemoryLog;
  readonly #clientId: string;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #handlers: ConsumerHandlers | undefined;
  #holdings: readonly Holding[] = [];
  #inHand = 0;
  #stopped: Promise<void> | undefined;

  constructor(log: MemoryLog, clientId: string) {
    this.#log = log;
    this.#clientId = clientId;
  }

  start(handlers: ConsumerHandlers): Promise<void> {
    this.#handlers = handlers;
    this.#log.join(this);
    return Promise.resolve();
  }

  isReady(): boolean {
    return (
      this.#handlers !== undefined &&
      !this.#stopping.signal.aborted &&
      this.#holdings.every((h) => h.positioned)
    );
  }

  assignments(): readonly string[] {
    return this.isReady() ? this.#holdings.map(({ source }) => source) : [];
  }

  inHand(): number {
    return this.#inHand;
  }

  reposition(): void {
    if (this.isReady()) this.#track(this.#lookAgain(this.#holdings));
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  assign(partitions: readonly number[]): void {
    const holdings = partitions.map((partition) => ({
      partition,
      source: sourceOf(this.#log.name, partition),
      expected: null,
      marks: [],
      positioned: false,
      running: false,
    }));
    this.#holdings = holdings;
    if (holdings.length > 0) this.#track(this.#position(holdings));
  }

  wake(): void {
    for (const holding of this.#holdings) {
      if (holding.positioned && !holding.running) this.#track(this.#read(holding));
    }
  }

  async #position(holdings: readonly Holding[]): Promise<void> {
    try {
      await this.#askStore(holdings);
      for (const holding of holdings) holding.positioned = true;
      this.wake();
    } catch (error) {
      if (holdings === this.#holdings) this.#fail(error);
    }
  }

  async #lookAgain(holdings: readonly Holding[]): Promise<void> {
    const confirmed = holdings.map(({ source, expected }) => ({ source, expected }));
    try {
      const sources = confirmed.map(({ source }) => source);
      const stored = await this.#startedHandlers().positions(sources, this.#stopping.signal);
      if (holdings === this.#holdings && hasLost(confirmed, stored))
        this.assign(holdings.map(({ partition }) => partition));
    } catch (error) {
      if (holdings === this.#holdings) this.#fail(error);
    }
  }

  async #askStore(holdings: readonly Holding[]): Promise<void> {
    const sources = holdings.map(({ source }) => source);
    const stored = await this.#startedHandlers().positions(sources, this.#stopping.signal);
    for (const holding of holdings) {
      const state = stored.get(holding.source);
      holding.expected = state?.position ?? null;
      holding.marks = decodeMarks(state?.marks ?? '');
    }
  }

  async #read(holding: Holding): Promise<void> {
    holding.running = true;
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#holds(holding) && !this.#stopping.signal.aborted) {
      const from = holding.expected ?? 0;
      const bodies = this.#log.fetch(holding.partition, from);
      if (bodies.length === 0) break;
      this.#inHand += bodies.length;
      try {
        const batch = this.#batch(holding, bodies, from);
        const outcome = await this.#startedHandlers().handle(batch, this.#stopping.signal);
        if (outcome.kind === 'moved') {
          const { expected } = holding;
          await this.#askStore([holding]);
          if (isBehind(outcome.position, expected)) this.reposition();
          continue;
        }
        holding.expected = batch.position.next;
        holding.marks = decodeMarks(batch.position.marks);
      } catch (error) {
        if (this.#holds(holding)) this.#fail(error);
        break;
      } finally {
        this.#inHand -= bodies.length;
      }
    }
    holding.running = false;
  }

  #batch(holding: Holding, bodies: readonly Buffer[], from: number): LogBatch {
    const { source, expected, marks } = holding;
    return createLogBatch({
      source,
      expected,
      marks,
      bodies,
      offsets: bodies.map((_, index) => from + index),
      next: from + bodies.length,
      isOurs: () => this.#holds(holding),
      deadLetters: {
        send: (letters) => {
          for (const letter of letters)
            this.#log.deadLetters.push({
              body: letter.body,
              headers: deadLetterHeaders(letter, this.#clientId),
            });
          return Promise.resolve();
        },
      },
    });
  }

  #holds(holding: Holding): boolean {
    return this.#holdings.includes(holding);
  }

  #fail(error: unknown): void {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    this.#startedHandlers().onFatal(error);
  }

  #startedHandlers(): ConsumerHandlers {
    if (!this.#handlers) throw new Error('start the consumer first');
    return this.#handlers;
  }

  #track(work: Promise<void>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
    this.#log.leave(this);
  }
}
