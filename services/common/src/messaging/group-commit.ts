import { backOffMs } from '../back-off.ts';
import { AppError, errorMessage, isRefused, isRetriable } from '../errors.ts';
import type { KeyedRecord, LogWriter } from './log-writer.ts';
import type { MessagePublisher } from './ports.ts';

const RETRY_BASE_MS = 20;
const RETRY_CAP_MS = 500;

/** Limits of a group commit. */
export interface GroupCommitOptions {
  /** Maximum messages per flush; a single larger call is one flush. Default 1,000. */
  readonly maxMessages?: number;
  /** Maximum bytes of bodies per flush, with their keys. Default 262,144. */
  readonly maxBytes?: number;
  /** Time to gather calls for the next flush while others are in flight, ms. Default 2. */
  readonly lingerMs?: number;
  /** Maximum flushes in flight. Default 4. */
  readonly maxInFlight?: number;
  /** Maximum unconfirmed messages; further calls are refused. Default 20,000. */
  readonly maxPending?: number;
  /** Called after each attempt with its duration, number of messages, and error if it failed. */
  readonly onFlush?: (seconds: number, messages: number, error: unknown) => void;
}

/** Combines the publishes of many requests into few large ones. */
export interface GroupCommit<Item = Buffer> {
  readonly broker: string;
  /**
   * Resolves when the broker has confirmed all items: bodies, or keyed records. `deadline` is on the clock of `performance.now()`;
   * until then a failed flush is tried again with the same items.
   *
   * @throws AppError `OVERLOADED` at once when too much is pending, `BROKER_TIMEOUT` at the deadline (the outcome
   * is unknown; the cause is the last failure), `STOPPING` after `close`, or what the publisher rejects permanently. An
   * item that the broker refuses fails its own call alone.
   */
  publish(items: readonly Item[], deadline: number): Promise<void>;
  /** Maximum body size of the broker, bytes; infinite if unknown. */
  maxBodyBytes(): number;
  /** Number of unconfirmed messages. */
  pending(): number;
  /** Whether a publish can currently succeed. */
  isReady(): boolean;
  /** Flushes gathered calls, waits for flushes in flight, then closes the publisher. */
  close(): Promise<void>;
}

/** A waiting caller. */
interface Call<Item> {
  readonly items: readonly Item[];
  readonly deadline: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  settled: boolean;
}

/** Calls sent together. */
interface Flush<Item> {
  calls: Call<Item>[];
  messages: number;
  bytes: number;
  earliestDeadline: number;
  lastError: unknown;
}

/** Interval for checking deadlines while messages are pending, ms. */
const DEADLINE_TICK_MS = 50;

/** What flushes go to. */
interface Sink<Item> {
  readonly broker: string;
  /** Bytes that an item counts. */
  bytesOf(item: Item): number;
  send(items: readonly Item[]): Promise<void>;
  maxBodyBytes(): number;
  isReady(): boolean;
  close(): Promise<void>;
}

/**
 * Group commit in front of a publisher: with nothing in flight, what one turn of the event loop brought leaves at
 * once; otherwise calls gather until `lingerMs`, `maxMessages` or `maxBytes`. Light load pays no delay, heavy load
 * gets large batches.
 */
export function createGroupCommit(
  publisher: MessagePublisher,
  options: GroupCommitOptions = {},
): GroupCommit {
  return new SinkGroupCommit<Buffer>(
    {
      broker: publisher.broker,
      bytesOf: (body) => body.length,
      send: (bodies) => publisher.publish(bodies),
      maxBodyBytes: () => publisher.maxBodyBytes?.() ?? Number.POSITIVE_INFINITY,
      isReady: () => publisher.isReady(),
      close: () => publisher.close(),
    },
    options,
  );
}

/** The same in front of a writer of keyed records. Calls for one key keep their order only if each waits for the one before it. */
export function createLogGroupCommit(
  writer: LogWriter,
  options: GroupCommitOptions = {},
): GroupCommit<KeyedRecord> {
  return new SinkGroupCommit<KeyedRecord>(
    {
      broker: writer.broker,
      bytesOf: ({ key, value }) => key.length + value.length,
      send: (records) => writer.write(records),
      maxBodyBytes: () => writer.maxValueBytes(),
      isReady: () => writer.isReady(),
      close: () => writer.close(),
    },
    options,
  );
}

class SinkGroupCommit<Item> implements GroupCommit<Item> {
  readonly broker: string;
  readonly #sink: Sink<Item>;
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  readonly #lingerMs: number;
  readonly #maxInFlight: number;
  readonly #maxPending: number;
  readonly #onFlush: GroupCommitOptions['onFlush'];
  readonly #inFlight = new Set<Flush<Item>>();
  /** Closed by size while all places in flight were taken. */
  readonly #queue: Flush<Item>[] = [];
  #gathering = emptyFlush<Item>();
  #pending = 0;
  #turnScheduled = false;
  #lingerTimer: NodeJS.Timeout | undefined;
  /** What gathers has waited long enough and leaves with the next free place. */
  #isOverdue = false;
  #deadlineTimer: NodeJS.Timeout | undefined;
  #onIdle: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(sink: Sink<Item>, options: GroupCommitOptions) {
    this.broker = sink.broker;
    this.#sink = sink;
    this.#maxMessages = options.maxMessages ?? 1_000;
    this.#maxBytes = options.maxBytes ?? 262_144;
    this.#lingerMs = options.lingerMs ?? 2;
    this.#maxInFlight = options.maxInFlight ?? 4;
    this.#maxPending = options.maxPending ?? 20_000;
    this.#onFlush = options.onFlush;
  }

  publish(items: readonly Item[], deadline: number): Promise<void> {
    if (this.#closed) {
      return Promise.reject(new AppError('STOPPING', 'the service is stopping', { retriable: true }));
    }
    if (this.#pending + items.length > this.#maxPending) {
      const message = `${this.broker}: ${this.#pending} messages are waiting for confirmation, the maximum is ${this.#maxPending}`;
      return Promise.reject(new AppError('OVERLOADED', message, { retriable: true }));
    }
    if (items.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#add({ items, deadline, resolve, reject, settled: false });
    });
  }

  pending(): number {
    return this.#pending;
  }

  maxBodyBytes(): number {
    return this.#sink.maxBodyBytes();
  }

  isReady(): boolean {
    return !this.#closed && this.#sink.isReady();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #add(call: Call<Item>): void {
    const { items } = call;
    let bytes = 0;
    for (const item of items) bytes += this.#sink.bytesOf(item);
    if (
      this.#gathering.messages > 0 &&
      (this.#gathering.messages + items.length > this.#maxMessages ||
        this.#gathering.bytes + bytes > this.#maxBytes)
    ) {
      this.#closeGathering();
    }
    const flush = this.#gathering;
    flush.calls.push(call);
    flush.messages += items.length;
    flush.bytes += bytes;
    if (call.deadline < flush.earliestDeadline) flush.earliestDeadline = call.deadline;
    this.#pending += items.length;
    this.#deadlineTimer ??= setTimeout(this.#onDeadlineTick, DEADLINE_TICK_MS);
    if (flush.messages >= this.#maxMessages || flush.bytes >= this.#maxBytes) this.#closeGathering();
    else this.#schedule();
  }

  /** Decides when the gathering flush is sent. */
  #schedule(): void {
    if (this.#gathering.messages === 0) return;
    if (this.#inFlight.size === 0) {
      if (this.#turnScheduled) return;
      this.#turnScheduled = true;
      setImmediate(this.#onTurn);
    } else if (this.#isOverdue && this.#inFlight.size < this.#maxInFlight) {
      this.#closeGathering();
    } else if (!this.#isOverdue) {
      this.#lingerTimer ??= setTimeout(this.#onLinger, this.#lingerMs);
    }
  }

  readonly #onTurn = (): void => {
    this.#turnScheduled = false;
    if (this.#gathering.messages > 0 && this.#inFlight.size < this.#maxInFlight) this.#closeGathering();
  };

  readonly #onLinger = (): void => {
    this.#lingerTimer = undefined;
    this.#isOverdue = true;
    if (this.#gathering.messages > 0 && this.#inFlight.size < this.#maxInFlight) this.#closeGathering();
  };

  #closeGathering(): void {
    if (this.#lingerTimer) {
      clearTimeout(this.#lingerTimer);
      this.#lingerTimer = undefined;
    }
    this.#isOverdue = false;
    this.#queue.push(this.#gathering);
    this.#gathering = emptyFlush<Item>();
    this.#launch();
  }

  #launch(): void {
    while (this.#inFlight.size < this.#maxInFlight) {
      const flush = this.#queue.shift();
      if (!flush) return;
      this.#inFlight.add(flush);
      void this.#run(flush);
    }
  }

  async #run(flush: Flush<Item>): Promise<void> {
    await this.#deliver(flush);
    this.#inFlight.delete(flush);
    this.#launch();
    this.#schedule();
    if (this.#pending === 0) this.#onIdle?.();
  }

  /** Publishes a flush until it is confirmed, refused, or has no waiting callers; settles its callers. */
  async #deliver(flush: Flush<Item>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const items = this.#itemsOf(flush);
      if (items.length === 0) break;
      const startedAt = performance.now();
      let error: unknown;
      try {
        await this.#sink.send(items);
      } catch (caught) {
        error = caught;
      }
      this.#onFlush?.((performance.now() - startedAt) / 1_000, items.length, error);
      if (error === undefined) {
        for (const call of flush.calls) settle(call, undefined);
        break;
      }
      flush.lastError = error;
      if (isRefused(error) && flush.calls.length > 1) {
        await this.#deliverApart(flush);
        return;
      }
      if (!isRetriable(error)) {
        for (const call of flush.calls) settle(call, error);
        break;
      }
      this.#expire(flush, performance.now());
      if (flush.calls.length === 0) break;
      await wait(backOffMs(attempt, RETRY_BASE_MS, RETRY_CAP_MS));
    }
    this.#pending -= flush.messages;
  }

  /** Publishes each call of a flush separately, so that only the one with the refused item fails. */
  async #deliverApart(flush: Flush<Item>): Promise<void> {
    for (const call of flush.calls) {
      const { deadline: earliestDeadline, items } = call;
      await this.#deliver({ ...emptyFlush<Item>(), calls: [call], messages: items.length, earliestDeadline });
    }
  }

  /** Collects the items of waiting callers; items past their deadline are dropped. */
  #itemsOf(flush: Flush<Item>): readonly Item[] {
    this.#expire(flush, performance.now());
    const [first] = flush.calls;
    if (!first) return [];
    if (flush.calls.length === 1) return first.items;
    const items: Item[] = [];
    for (const call of flush.calls) {
      for (const item of call.items) items.push(item);
    }
    return items;
  }

  /** Rejects callers past their deadline; they are removed from the flush only between attempts. */
  #expire(flush: Flush<Item>, now: number): void {
    this.#rejectLate(flush, now);
    if (!flush.calls.some((call) => call.settled)) return;
    flush.calls = flush.calls.filter((call) => !call.settled);
    const messages = flush.calls.reduce((sum, call) => sum + call.items.length, 0);
    this.#pending -= flush.messages - messages;
    flush.messages = messages;
  }

  #rejectLate(flush: Flush<Item>, now: number): void {
    if (flush.earliestDeadline > now) return;
    let earliest = Number.POSITIVE_INFINITY;
    for (const call of flush.calls) {
      if (call.settled) continue;
      if (call.deadline <= now) settle(call, this.#lateError(flush.lastError));
      else if (call.deadline < earliest) earliest = call.deadline;
    }
    flush.earliestDeadline = earliest;
  }

  readonly #onDeadlineTick = (): void => {
    this.#deadlineTimer = undefined;
    if (this.#pending === 0) return;
    const now = performance.now();
    this.#rejectLate(this.#gathering, now);
    for (const flush of this.#queue) this.#rejectLate(flush, now);
    for (const flush of this.#inFlight) this.#rejectLate(flush, now);
    this.#deadlineTimer = setTimeout(this.#onDeadlineTick, DEADLINE_TICK_MS);
  };

  #lateError(cause: unknown): AppError {
    const why = cause === undefined ? '' : `: ${errorMessage(cause)}`;
    return new AppError('BROKER_TIMEOUT', `${this.broker} did not confirm before the deadline${why}`, {
      retriable: true,
      cause,
    });
  }

  async #close(): Promise<void> {
    if (this.#gathering.messages > 0) this.#closeGathering();
    if (this.#pending > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    clearTimeout(this.#deadlineTimer);
    await this.#sink.close();
  }
}

function emptyFlush<Item>(): Flush<Item> {
  return {
    calls: [],
    messages: 0,
    bytes: 0,
    earliestDeadline: Number.POSITIVE_INFINITY,
    lastError: undefined,
  };
}

function settle<Item>(call: Call<Item>, error: unknown): void {
  if (call.settled) return;
  call.settled = true;
  if (error === undefined) call.resolve();
  else call.reject(error);
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
