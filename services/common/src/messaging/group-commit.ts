import { backOffMs } from '../back-off.ts';
import { AppError, errorMessage, isRefused, isRetriable } from '../errors.ts';
import type { MessagePublisher } from './ports.ts';

const RETRY_BASE_MS = 20;
const RETRY_CAP_MS = 500;

/** Limits of a group commit. */
export interface GroupCommitOptions {
  /** Maximum messages per flush; a single larger call is one flush. Default 1,000. */
  readonly maxMessages?: number;
  /** Maximum bytes of bodies per flush. Default 262,144. */
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
export interface GroupCommit {
  readonly broker: string;
  /**
   * Resolves when the broker has confirmed all bodies. `deadline` is on the clock of `performance.now()`;
   * until then a failed flush is tried again with the same bodies.
   *
   * @throws AppError `OVERLOADED` at once when too much is pending, `BROKER_TIMEOUT` at the deadline (the outcome
   * is unknown; the cause is the last failure), `STOPPING` after `close`, or what the publisher rejects permanently. A
   * body that the broker refuses fails its own call alone.
   */
  publish(bodies: readonly Buffer[], deadline: number): Promise<void>;
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
interface Call {
  readonly bodies: readonly Buffer[];
  readonly deadline: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  settled: boolean;
}

/** Calls sent together. */
interface Flush {
  calls: Call[];
  messages: number;
  bytes: number;
  earliestDeadline: number;
  lastError: unknown;
}

/** Interval for checking deadlines while messages are pending, ms. */
const DEADLINE_TICK_MS = 50;

/**
 * Group commit in front of a publisher: with nothing in flight, what one turn of the event loop brought leaves at
 * once; otherwise calls gather until `lingerMs`, `maxMessages` or `maxBytes`. Light load pays no delay, heavy load
 * gets large batches.
 */
export function createGroupCommit(
  publisher: MessagePublisher,
  options: GroupCommitOptions = {},
): GroupCommit {
  return new PublisherGroupCommit(publisher, options);
}

class PublisherGroupCommit implements GroupCommit {
  readonly broker: string;
  readonly #publisher: MessagePublisher;
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  readonly #lingerMs: number;
  readonly #maxInFlight: number;
  readonly #maxPending: number;
  readonly #onFlush: GroupCommitOptions['onFlush'];
  readonly #inFlight = new Set<Flush>();
  /** Closed by size while all places in flight were taken. */
  readonly #queue: Flush[] = [];
  #gathering = emptyFlush();
  #pending = 0;
  #turnScheduled = false;
  #lingerTimer: NodeJS.Timeout | undefined;
  /** What gathers has waited long enough and leaves with the next free place. */
  #isOverdue = false;
  #deadlineTimer: NodeJS.Timeout | undefined;
  #onIdle: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(publisher: MessagePublisher, options: GroupCommitOptions) {
    this.broker = publisher.broker;
    this.#publisher = publisher;
    this.#maxMessages = options.maxMessages ?? 1_000;
    this.#maxBytes = options.maxBytes ?? 262_144;
    this.#lingerMs = options.lingerMs ?? 2;
    this.#maxInFlight = options.maxInFlight ?? 4;
    this.#maxPending = options.maxPending ?? 20_000;
    this.#onFlush = options.onFlush;
  }

  publish(bodies: readonly Buffer[], deadline: number): Promise<void> {
    if (this.#closed) {
      return Promise.reject(new AppError('STOPPING', 'the service is stopping', { retriable: true }));
    }
    if (this.#pending + bodies.length > this.#maxPending) {
      const message = `${this.broker}: ${this.#pending} messages are waiting for confirmation, the maximum is ${this.#maxPending}`;
      return Promise.reject(new AppError('OVERLOADED', message, { retriable: true }));
    }
    if (bodies.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#add({ bodies, deadline, resolve, reject, settled: false });
    });
  }

  pending(): number {
    return this.#pending;
  }

  maxBodyBytes(): number {
    return this.#publisher.maxBodyBytes?.() ?? Number.POSITIVE_INFINITY;
  }

  isReady(): boolean {
    return !this.#closed && this.#publisher.isReady();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #add(call: Call): void {
    const { bodies } = call;
    let bytes = 0;
    for (const body of bodies) bytes += body.length;
    if (
      this.#gathering.messages > 0 &&
      (this.#gathering.messages + bodies.length > this.#maxMessages ||
        this.#gathering.bytes + bytes > this.#maxBytes)
    ) {
      this.#closeGathering();
    }
    const flush = this.#gathering;
    flush.calls.push(call);
    flush.messages += bodies.length;
    flush.bytes += bytes;
    if (call.deadline < flush.earliestDeadline) flush.earliestDeadline = call.deadline;
    this.#pending += bodies.length;
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
    this.#gathering = emptyFlush();
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

  async #run(flush: Flush): Promise<void> {
    await this.#deliver(flush);
    this.#inFlight.delete(flush);
    this.#launch();
    this.#schedule();
    if (this.#pending === 0) this.#onIdle?.();
  }

  /** Publishes a flush until it is confirmed, refused, or has no waiting callers; settles its callers. */
  async #deliver(flush: Flush): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const bodies = this.#bodiesOf(flush);
      if (bodies.length === 0) break;
      const startedAt = performance.now();
      let error: unknown;
      try {
        await this.#publisher.publish(bodies);
      } catch (caught) {
        error = caught;
      }
      this.#onFlush?.((performance.now() - startedAt) / 1_000, bodies.length, error);
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

  /** Publishes each call of a flush separately, so that only the one with the refused body fails. */
  async #deliverApart(flush: Flush): Promise<void> {
    for (const call of flush.calls) {
      const { deadline: earliestDeadline, bodies } = call;
      await this.#deliver({ ...emptyFlush(), calls: [call], messages: bodies.length, earliestDeadline });
    }
  }

  /** Collects the bodies of waiting callers; bodies past their deadline are dropped. */
  #bodiesOf(flush: Flush): readonly Buffer[] {
    this.#expire(flush, performance.now());
    const [first] = flush.calls;
    if (!first) return [];
    if (flush.calls.length === 1) return first.bodies;
    const bodies: Buffer[] = [];
    for (const call of flush.calls) {
      for (const body of call.bodies) bodies.push(body);
    }
    return bodies;
  }

  /** Rejects callers past their deadline; they are removed from the flush only between attempts. */
  #expire(flush: Flush, now: number): void {
    this.#rejectLate(flush, now);
    if (!flush.calls.some((call) => call.settled)) return;
    flush.calls = flush.calls.filter((call) => !call.settled);
    const messages = flush.calls.reduce((sum, call) => sum + call.bodies.length, 0);
    this.#pending -= flush.messages - messages;
    flush.messages = messages;
  }

  #rejectLate(flush: Flush, now: number): void {
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
    await this.#publisher.close();
  }
}

function emptyFlush(): Flush {
  return {
    calls: [],
    messages: 0,
    bytes: 0,
    earliestDeadline: Number.POSITIVE_INFINITY,
    lastError: undefined,
  };
}

function settle(call: Call, error: unknown): void {
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
