import type { Logger } from '@caudal/common/logging';
import type { LogTail } from '@caudal/common/messaging';
import type { LiveStart } from '../schemas.ts';
import { CatchUp, placeIn } from './catch-up.ts';
import { LiveClient, type Sink } from './client.ts';
import { Follower } from './follower.ts';
import { type Filter, type Frame, filterBy } from './frames.ts';
import { later, markOfLog, type Offsets, type Position } from './position.ts';
import { Ring } from './ring.ts';

/** Limits of the live tail; defaults in {@link DEFAULT_LIMITS}. */
export interface LiveLimits {
  readonly maxClients: number;
  /** Messages and characters that the ring keeps for clients that are a little behind. */
  readonly ringMessages: number;
  readonly ringSize: number;
  /** Characters of a batch: a connection that stands still keeps at most one. */
  readonly batchSize: number;
  /** A client that has followed and is further behind gets a notice of what it missed, messages. */
  readonly maxBehindMessages: number;
  /** Clients that are read for at the same time because they are behind the ring; the others wait in line. */
  readonly catchUpReads: number;
  /** Time between two signs of life, ms. */
  readonly beatMs: number;
  /** A connection that takes nothing for this time is closed, ms; its client can resume. */
  readonly maxBlockedMs: number;
  /** The tail is read for this time after its last client left, so that one that comes back finds the ring, ms. */
  readonly lingerMs: number;
}

/** The limits of the console. */
export const DEFAULT_LIMITS: LiveLimits = {
  maxClients: 2_000,
  ringMessages: 20_000,
  ringSize: 4 * 2 ** 20,
  batchSize: 65_536,
  maxBehindMessages: 100_000,
  catchUpReads: 16,
  beatMs: 10_000,
  maxBlockedMs: 30_000,
  lingerMs: 30_000,
};

/** Time between two writes to every client, ms per client: bounds the writes to some 5,000 a second. */
const FLUSH_MS_PER_CLIENT = 0.2;
const MAX_FLUSH_MS = 400;

/** Where a client wants to begin. */
export type From = 'now' | 'earliest' | Position;

/** What the hub counts. */
export interface LiveMeter {
  delivered(messages: number): void;
  missed(messages: number): void;
}

/** The live tail: reads the log once for all clients, and only while there are some. */
export class LiveHub {
  readonly #tail: LogTail;
  readonly #behind: LogTail;
  readonly #logger: Logger;
  readonly #limits: LiveLimits;
  readonly #meter: LiveMeter;
  readonly #catchUp: CatchUp;
  readonly #clients = new Set<LiveClient>();
  #attaching = 0;
  readonly #beats: NodeJS.Timeout;
  #follower: Follower | undefined;
  #starting: Promise<void> | undefined;
  #ring: Ring | undefined;
  #trouble: string | undefined;
  #pending: Frame[] = [];
  #pendingSize = 0;
  #pendingAfter: Offsets = [];
  #flushTimer: NodeJS.Timeout | undefined;
  #flushedAt = 0;
  #lingering: NodeJS.Timeout | undefined;

  /**
   * @param behind reads for clients that are behind, with a connection of its own: a read that waits for news at the end of the log
   * holds up what is asked after it on the same one. Default: the same tail.
   */
  constructor(
    tail: LogTail,
    logger: Logger,
    meter: LiveMeter,
    limits: Partial<LiveLimits> = {},
    behind: LogTail = tail,
  ) {
    this.#tail = tail;
    this.#behind = behind;
    this.#logger = logger;
    this.#meter = meter;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#catchUp = new CatchUp(behind, logger, this.#limits.catchUpReads);
    this.#beats = setInterval(() => this.#beat(), this.#limits.beatMs).unref();
  }

  /** Clients that are connected. */
  get clients(): number {
    return this.#clients.size;
  }

  get isFull(): boolean {
    return this.#clients.size + this.#attaching >= this.#limits.maxClients;
  }

  /** Why the log cannot be read at the moment; undefined while it can, or while there is no client. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** How far the client that is furthest behind is, messages. */
  get behind(): number {
    return Math.max(0, ...Array.from(this.#clients, ({ behind }) => behind));
  }

  /** A position as it is now: for an example, once the log is followed. */
  get position(): Position | undefined {
    return this.#ring && { log: this.#ring.log, offsets: this.#ring.newest };
  }

  /**
   * Connects a client. Its sink may be written to from then on.
   * @throws AppError when the log cannot be read now.
   */
  async attach(sink: Sink, from: From, countries: readonly string[] | undefined): Promise<LiveClient> {
    clearTimeout(this.#lingering);
    this.#attaching += 1;
    try {
      await this.#follow();
      const client = await this.#begin(sink, from, filterBy(countries), countries);
      this.#clients.add(client);
      client.pump();
      return client;
    } finally {
      this.#attaching -= 1;
      this.#lingerIfIdle();
    }
  }

  /** Forgets a client whose connection has ended. */
  detach(client: LiveClient): void {
    this.#clients.delete(client);
    client.close();
    this.#lingerIfIdle();
  }

  /** Ends all connections; clients can resume elsewhere. */
  async close(): Promise<void> {
    clearInterval(this.#beats);
    clearTimeout(this.#lingering);
    for (const client of this.#clients) this.detach(client);
    clearTimeout(this.#lingering);
    await this.#unfollow();
    await Promise.all([...new Set([this.#tail, this.#behind])].map((tail) => tail.close()));
  }

  async #begin(
    sink: Sink,
    from: From,
    filter: Filter,
    countries: readonly string[] | undefined,
  ): Promise<LiveClient> {
    const data = (partitions: number): LiveStart => ({
      topic: this.#tail.topic,
      partitions,
      from: typeof from === 'string' ? from : 'position',
      ...(countries && { countries: [...countries] }),
    });
    const description = from === 'now' ? undefined : await this.#tail.describe();
    const ring = this.#currentRing();
    const context = {
      ring: () => this.#currentRing(),
      catchUp: this.#catchUp,
      maxBehindMessages: this.#limits.maxBehindMessages,
      onDelivered: (messages: number) => this.#meter.delivered(messages),
      onMissed: (messages: number) => this.#meter.missed(messages),
    };
    if (from === 'now' || description === undefined) {
      // What waits to be flushed is older than this client, but its position would not say so.
      this.#flush();
      const position = { log: ring.log, offsets: ring.newest };
      const start = { position, isAtEnd: true, data: data(ring.newest.length), missed: undefined };
      return new LiveClient(sink, filter, context, start);
    }
    const lows = description.bounds.map(({ low }) => low);
    const wanted = from === 'earliest' ? { log: markOfLog(description.id), offsets: lows } : from;
    const { to: position, missed } = placeIn(description, wanted);
    return new LiveClient(sink, filter, context, {
      position,
      isAtEnd: false,
      data: data(description.bounds.length),
      missed,
    });
  }

  /** @throws AppError when the log cannot be read now. */
  async #follow(): Promise<void> {
    if (this.#follower !== undefined && this.#starting === undefined) return;
    this.#starting ??= this.#startFollower().finally(() => {
      this.#starting = undefined;
    });
    await this.#starting;
  }

  async #startFollower(): Promise<void> {
    const follower = new Follower(this.#tail, this.#logger, {
      onBegin: (log, offsets, isCut) => this.#onBegin(log, offsets, isCut),
      onFrames: (frames, after) => this.#onFrames(frames, after),
      onTrouble: (reason) => {
        this.#trouble = reason;
      },
    });
    await follower.start();
    this.#follower = follower;
  }

  async #unfollow(): Promise<void> {
    const follower = this.#follower;
    this.#follower = undefined;
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    await follower?.stop();
    this.#trouble = undefined;
  }

  #lingerIfIdle(): void {
    if (this.#clients.size + this.#attaching > 0) return;
    clearTimeout(this.#lingering);
    this.#lingering = setTimeout(() => void this.#unfollow(), this.#limits.lingerMs).unref();
  }

  #currentRing(): Ring {
    if (this.#ring === undefined) throw new Error('the log is not followed');
    return this.#ring;
  }

  #onBegin(log: string, offsets: Offsets, isCut: boolean): void {
    const { ringMessages: maxFrames, ringSize: maxSize } = this.#limits;
    this.#pending = [];
    this.#pendingSize = 0;
    this.#ring = new Ring(log, offsets, isCut, { maxFrames, maxSize });
    for (const client of this.#clients) client.pump();
  }

  #onFrames(frames: readonly Frame[], after: Offsets): void {
    for (const frame of frames) {
      this.#pending.push(frame);
      this.#pendingSize += frame.text.length;
      if (this.#pendingSize >= this.#limits.batchSize) this.#flush();
    }
    this.#pendingAfter = after;
    const waitMs = this.#flushedAt + this.#flushEveryMs() - performance.now();
    if (waitMs <= 0) this.#flush(after);
    else this.#flushTimer ??= setTimeout(() => this.#flush(this.#pendingAfter), waitMs);
  }

  #flushEveryMs(): number {
    return Math.min(MAX_FLUSH_MS, this.#clients.size * FLUSH_MS_PER_CLIENT);
  }

  /** Moves pending frames into the ring and gives them to every client. @param after where the reading has got to */
  #flush(after?: Offsets): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    this.#flushedAt = performance.now();
    const ring = this.#currentRing();
    if (this.#pending.length === 0 && after === undefined) return;
    const end = [...ring.newest];
    for (const { partition, offset } of this.#pending) end[partition] = offset + 1;
    ring.add(this.#pending, after === undefined ? end : later(end, after));
    this.#pending = [];
    this.#pendingSize = 0;
    for (const client of this.#clients) client.pump();
  }

  #beat(): void {
    const now = performance.now();
    for (const client of this.#clients) {
      if (client.blockedMs(now) > this.#limits.maxBlockedMs) this.detach(client);
      else client.beat();
    }
  }
}
