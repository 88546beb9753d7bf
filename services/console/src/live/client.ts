import type { LiveMissed, LiveStart } from '../schemas.ts';
import { type CatchUp, RESTARTED } from './catch-up.ts';
import { encodeFrames, type Filter, framesOf, positionAfter } from './frames.ts';
import { contains, distance, encodePosition, later, type Offsets, type Position } from './position.ts';
import type { Batch, Ring } from './ring.ts';

/** Where a client's events go. */
export interface Sink {
  /** False when no more should be written until {@link LiveClient.pump} is called. */
  write(bytes: Buffer | string): boolean;
  /** Ends the connection at once. */
  close(): void;
}

/** What a client needs of its hub. */
export interface ClientContext {
  /** The ring as it is now; another one after the log was replaced. */
  readonly ring: () => Ring;
  readonly catchUp: CatchUp;
  /** A client that has followed and is further behind than this gets a notice of what it missed and continues at the end, messages. */
  readonly maxBehindMessages: number;
  readonly onDelivered: (messages: number) => void;
  readonly onMissed: (messages: number) => void;
}

/**
 * Where a client is.
 *
 * ```text
 * log ──(has all before the ring)──▶ ring ──(its batch was dropped)──▶ log, or ring's end with `missed`
 * ```
 *
 * In the ring it is an index. `offsets` is the very `before` of the batch there once the client has no message that lies
 * after it, which most have from the start; until then what it has is left out.
 */
type Place =
  | { readonly kind: 'ring'; readonly ring: Ring; readonly next: number; readonly offsets: Offsets }
  | {
      readonly kind: 'log';
      readonly offsets: Offsets;
      readonly isResuming: boolean;
      readonly isReading: boolean;
    };

/** One viewer. It is given as much as its connection takes; what it has not taken is not kept for it. */
export class LiveClient {
  readonly #sink: Sink;
  readonly #filter: Filter;
  readonly #context: ClientContext;
  readonly #closing = new AbortController();
  #place: Place;
  #log: string;
  /** When the connection stopped taking more, monotonic ms; undefined while it takes. */
  #blockedAt: number | undefined;
  /** Position that was last written as an id. */
  #announced: Offsets | undefined;

  constructor(sink: Sink, filter: Filter, context: ClientContext, start: ClientStart) {
    this.#sink = sink;
    this.#filter = filter;
    this.#context = context;
    this.#log = start.position.log;
    const { offsets } = start.position;
    this.#place = start.isAtEnd
      ? { kind: 'ring', ring: context.ring(), next: context.ring().end, offsets: context.ring().newest }
      : { kind: 'log', offsets, isResuming: true, isReading: false };
    this.#event('start', start.data);
    if (start.missed) this.#reportMissed(start.missed);
  }

  /** Messages of the log that it has not been given yet. */
  get behind(): number {
    return distance(this.#place.offsets, this.#context.ring().newest);
  }

  /** How long its connection has taken nothing, ms. */
  blockedMs(now: number): number {
    return this.#blockedAt === undefined ? 0 : now - this.#blockedAt;
  }

  /** The connection takes more again. */
  drained(): void {
    this.#blockedAt = undefined;
    this.pump();
  }

  /** Writes as long as there is something and the connection takes it. */
  pump(): void {
    while (this.#blockedAt === undefined && !this.#closing.signal.aborted && this.#step());
  }

  /** Sends its position, or only a sign that the connection is alive. */
  beat(): void {
    if (this.#blockedAt !== undefined) return;
    const { offsets } = this.#place;
    this.#write(offsets === this.#announced ? ':\n\n' : this.#id(offsets));
  }

  close(): void {
    this.#closing.abort();
    this.#sink.close();
  }

  /** @returns whether to call it again */
  #step(): boolean {
    const ring = this.#context.ring();
    const place = this.#place;
    if (place.kind === 'log') return this.#stepInLog(ring, place);
    if (place.ring !== ring) {
      this.#leaveRing(ring, place.offsets);
      return true;
    }
    if (place.next >= ring.end) return false;
    const batch = ring.get(place.next);
    if (batch) this.#give(ring, batch, place.offsets);
    else this.#fallOut(ring, place.offsets);
    return true;
  }

  /** The log could not be continued where the ring was: what this client has says where it continues. */
  #leaveRing(ring: Ring, offsets: Offsets): void {
    const isLost = (offset: number, partition: number): boolean =>
      ring.isCut && ring.log === this.#log && offset > (ring.start[partition] ?? 0);
    const kept = offsets.map((offset, partition) =>
      isLost(offset, partition) ? (ring.start[partition] ?? 0) : offset,
    );
    this.#place = { kind: 'log', offsets: kept, isResuming: true, isReading: false };
    if (offsets.some(isLost)) this.#reportMissed(RESTARTED);
  }

  #give(ring: Ring, batch: Batch, offsets: Offsets): void {
    const isShared = offsets === batch.before;
    const { log } = ring;
    const { countries } = this.#filter;
    const { bytes, messages } = isShared
      ? ring.encode(batch, this.#filter)
      : encodeFrames(batch.frames, { log, before: offsets, countries });
    const after = contains(batch.after, offsets) ? batch.after : later(batch.after, offsets);
    this.#place = { kind: 'ring', ring, next: batch.index + 1, offsets: after };
    this.#deliver(bytes, messages);
  }

  #fallOut(ring: Ring, offsets: Offsets): void {
    if (distance(offsets, ring.newest) <= this.#context.maxBehindMessages) {
      this.#place = { kind: 'log', offsets, isResuming: false, isReading: false };
      return;
    }
    this.#place = { kind: 'ring', ring, next: ring.end, offsets: ring.newest };
    const partitions = ring.newest.flatMap((to, partition) => {
      const from = offsets[partition] ?? 0;
      return from < to ? [{ partition, from, to }] : [];
    });
    this.#reportMissed({ count: distance(offsets, ring.newest), reason: 'slow', partitions });
  }

  #stepInLog(ring: Ring, { offsets, isResuming, isReading }: Place & { kind: 'log' }): boolean {
    if (isReading) return false;
    if (this.#log === ring.log && contains(offsets, ring.oldest)) {
      const next = ring.indexAt(offsets);
      // At the end, take the ring's own array, by which the batches to come are recognised.
      const isAtEnd = next === ring.end && contains(ring.newest, offsets);
      this.#place = { kind: 'ring', ring, next, offsets: isAtEnd ? ring.newest : offsets };
      return true;
    }
    if (!isResuming && distance(offsets, ring.newest) > this.#context.maxBehindMessages) {
      this.#fallOut(ring, offsets);
      return true;
    }
    this.#place = { kind: 'log', offsets, isResuming, isReading: true };
    void this.#readLog({ log: this.#log, offsets }, isResuming);
    return false;
  }

  async #readLog(position: Position, isResuming: boolean): Promise<void> {
    const { catchUp, ring } = this.#context;
    const step = await catchUp.read(position, ring().log, this.#closing.signal).catch(() => undefined);
    if (step === undefined) return;
    if (step.kind === 'moved') {
      this.#log = step.to.log;
      this.#place = { kind: 'log', offsets: step.to.offsets, isResuming, isReading: false };
      if (step.missed) this.#reportMissed(step.missed);
    } else {
      const { log, offsets } = position;
      const after = positionAfter(offsets, step.runs);
      this.#place = { kind: 'log', offsets: after, isResuming, isReading: false };
      const frames = framesOf(step.runs);
      const { countries } = this.#filter;
      const { bytes, messages } = encodeFrames(frames, { log, before: offsets, countries });
      this.#deliver(bytes, messages);
    }
    this.pump();
  }

  #deliver(bytes: Buffer, messages: number): void {
    if (bytes.length === 0) return;
    this.#context.onDelivered(messages);
    this.#write(bytes);
  }

  #reportMissed(missed: LiveMissed): void {
    this.#context.onMissed(missed.count);
    this.#event('missed', missed);
  }

  #event(name: string, data: LiveStart | LiveMissed): void {
    const { offsets } = this.#place;
    this.#write(`event: ${name}\ndata: ${JSON.stringify(data)}\n${this.#id(offsets)}`);
  }

  #id(offsets: Offsets): string {
    this.#announced = offsets;
    return `id: ${encodePosition({ log: this.#log, offsets })}\n\n`;
  }

  #write(bytes: Buffer | string): void {
    if (this.#closing.signal.aborted) return;
    if (!this.#sink.write(bytes)) this.#blockedAt ??= performance.now();
  }
}

/** How a client begins. */
export interface ClientStart {
  readonly position: Position;
  /** Whether the position is that of the ring's end. */
  readonly isAtEnd: boolean;
  readonly data: LiveStart;
  readonly missed: LiveMissed | undefined;
}
