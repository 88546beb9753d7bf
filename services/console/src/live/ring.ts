import { type Encoded, encodeFrames, type Filter, type Frame } from './frames.ts';
import { contains, type Offsets } from './position.ts';

/** Encodings of the newest batch that are kept for clients with the same filter; more are made for each client. */
const MAX_KEPT_ENCODINGS = 256;

/** Frames that are sent with one write. */
export interface Batch {
  readonly index: number;
  readonly before: Offsets;
  /** Position after it: at least that of its last frame. */
  readonly after: Offsets;
  readonly frames: readonly Frame[];
  /** Memory of its frames, characters. */
  readonly size: number;
}

/** Limits of a {@link Ring}. */
export interface RingLimits {
  readonly maxFrames: number;
  /** Characters of all frames. */
  readonly maxSize: number;
}

/** The last batches of the log: what clients are that follow it is an index into this. The newest batch is always kept. */
export class Ring {
  /** Mark of the log. */
  readonly log: string;
  readonly #limits: RingLimits;
  /** Position of the first batch. */
  readonly start: Offsets;
  /** Whether the log has lost its end, which is at {@link start}: what clients have beyond it is gone. */
  readonly isCut: boolean;
  #batches: Batch[] = [];
  #next = 0;
  #frames = 0;
  #size = 0;
  /** Encodings of the newest batch by filter: nearly all clients want that one. */
  #encodings = new Map<string, Encoded>();

  constructor(log: string, start: Offsets, isCut: boolean, limits: RingLimits) {
    this.log = log;
    this.start = start;
    this.isCut = isCut;
    this.#limits = limits;
  }

  /** Index of the next batch to be added. */
  get end(): number {
    return this.#next;
  }

  /** Position before the oldest batch it has. */
  get oldest(): Offsets {
    return this.#batches[0]?.before ?? this.newest;
  }

  /** Position after the newest batch. */
  get newest(): Offsets {
    return this.#batches.at(-1)?.after ?? this.start;
  }

  /** Adds frames that follow the newest batch. */
  add(frames: readonly Frame[], after: Offsets): void {
    const before = this.newest;
    const size = frames.reduce((sum, { text }) => sum + text.length, 0);
    this.#batches.push({ index: this.#next, before, after, frames, size });
    this.#encodings = new Map();
    this.#next += 1;
    this.#frames += frames.length;
    this.#size += size;
    this.#dropOldest();
  }

  /** Undefined when it is not there yet, or not any more: then its index is below that of the oldest. */
  get(index: number): Batch | undefined {
    const first = this.#batches[0];
    return first && this.#batches[index - first.index];
  }

  /** A batch's events for clients that are at its `before`. */
  encode(batch: Batch, { key, countries }: Filter): Encoded {
    const known = batch.index === this.#next - 1 ? this.#encodings.get(key) : undefined;
    if (known) return known;
    const made = encodeFrames(batch.frames, { log: this.log, before: batch.before, countries });
    if (batch.index === this.#next - 1 && this.#encodings.size < MAX_KEPT_ENCODINGS) {
      this.#encodings.set(key, made);
    }
    return made;
  }

  /** Index of the oldest batch that is not wholly before a position; {@link end} when there is none. */
  indexAt(offsets: Offsets): number {
    return this.#batches.find(({ after }) => !contains(offsets, after))?.index ?? this.#next;
  }

  #dropOldest(): void {
    const { maxFrames, maxSize } = this.#limits;
    while (this.#batches.length > 1 && (this.#frames > maxFrames || this.#size > maxSize)) {
      const dropped = this.#batches.shift();
      this.#frames -= dropped?.frames.length ?? 0;
      this.#size -= dropped?.size ?? 0;
    }
  }
}
