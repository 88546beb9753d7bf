import { randomBytes } from 'node:crypto';
import type { EventStream } from '@caudal/common/http';
import type { Logger } from '@caudal/common/logging';
import type { History, StreamState } from '../schemas.ts';
import type { LaneWatch } from './lane-watch.ts';
import { MemoryHistory } from './memory-history.ts';
import { TickRing } from './tick-ring.ts';

/** Most pages that are open at the same time. */
const MAX_CLIENTS = 2_000;
/** Time that the lanes are still read after the last page was closed, ms: a page that is loaded again finds its ticks. */
const LINGER_MS = 10_000;
/** A page that takes nothing for this time is closed, ms. */
const MAX_BLOCKED_MS = 30_000;

interface Client {
  readonly stream: EventStream;
  /** When it stopped taking more, monotonic ms; undefined while it takes. */
  blockedAt: number | undefined;
}

/** Gives the state of the lanes to every page that is open: they are read once for all, and only while there is one. */
export class StreamHub {
  readonly #watch: LaneWatch;
  readonly #logger: Logger;
  readonly #lingerMs: number;
  readonly #ring = new TickRing(randomBytes(4).toString('hex'));
  readonly #clients = new Set<Client>();
  readonly #history = new MemoryHistory();
  #started: Promise<void> | undefined;
  #lingering: NodeJS.Timeout | undefined;

  constructor(watch: LaneWatch, logger: Logger, lingerMs = LINGER_MS) {
    this.#watch = watch;
    this.#logger = logger;
    this.#lingerMs = lingerMs;
  }

  get isFull(): boolean {
    return this.#clients.size >= MAX_CLIENTS;
  }

  /** What the charts show of the time that the lanes have been read, at most the last minutes. */
  get history(): History {
    return this.#history.read();
  }

  /** The state now: the last one, or one that is read for the purpose. */
  async state(): Promise<StreamState> {
    await this.#start();
    this.#lingerIfIdle();
    return this.#watch.state();
  }

  /** Gives a page what it has missed, and then every tick. */
  async attach(stream: EventStream, lastEventId: string | undefined): Promise<void> {
    await this.#start();
    const client: Client = { stream, blockedAt: undefined };
    const events = this.#ring.since(lastEventId);
    if (events) this.#write(client, events);
    this.#clients.add(client);
    stream.onClose(() => this.#detach(client));
    stream.onDrain(() => {
      client.blockedAt = undefined;
      // What was left out while it took nothing is in the whole state.
      const snapshot = this.#ring.since(undefined);
      if (snapshot && this.#clients.has(client)) this.#write(client, snapshot);
    });
  }

  close(): void {
    clearTimeout(this.#lingering);
    this.#watch.stop();
    for (const client of this.#clients) client.stream.close();
  }

  async #start(): Promise<void> {
    clearTimeout(this.#lingering);
    this.#started ??= this.#watch.start((state) => this.#onState(state));
    await this.#started;
  }

  #onState(state: StreamState): void {
    this.#history.add(state);
    const tick = this.#ring.add(state);
    if (tick === undefined) return;
    const now = performance.now();
    for (const client of this.#clients) {
      if (client.blockedAt === undefined) this.#write(client, tick);
      else if (now - client.blockedAt > MAX_BLOCKED_MS) client.stream.close();
    }
  }

  #write(client: Client, bytes: Buffer): void {
    if (!client.stream.write(bytes)) client.blockedAt = performance.now();
  }

  #detach(client: Client): void {
    this.#clients.delete(client);
    this.#lingerIfIdle();
  }

  #lingerIfIdle(): void {
    if (this.#clients.size > 0) return;
    clearTimeout(this.#lingering);
    this.#lingering = setTimeout(() => {
      this.#logger.debug('the last client of the lanes has left');
      this.#watch.stop();
      this.#started = undefined;
      this.#history.clear();
    }, this.#lingerMs).unref();
  }
}
