import { IgniteError } from './ignite-error.ts';

const LENGTH_BYTES = 4;

/**
 * Cuts what arrives into frames: a length, then as many bytes ("Binary client protocol", section "Message structure"). A frame
 * within one chunk is not copied, any other once. Keeps at most `maxBytes` and one chunk.
 */
export class FrameReader {
  readonly #maxBytes: number;
  #chunks: Buffer[] = [];
  /** Bytes in all chunks. */
  #available = 0;
  /** Length of the frame that has begun. */
  #length: number | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Returns the frames that this chunk completes.
   *
   * @throws IgniteError of kind `protocol` when a length is negative or larger than `maxBytes`: what follows cannot be read
   */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#available += chunk.length;
    const frames: Buffer[] = [];
    for (;;) {
      if (this.#length === undefined) {
        if (this.#available < LENGTH_BYTES) return frames;
        this.#length = this.#checked(this.#take(LENGTH_BYTES).readInt32LE(0));
      }
      if (this.#available < this.#length) return frames;
      frames.push(this.#take(this.#length));
      this.#length = undefined;
    }
  }

  #checked(length: number): number {
    if (length < 0 || length > this.#maxBytes)
      throw new IgniteError(
        'protocol',
        `a frame of ${length} bytes arrived; at most ${this.#maxBytes} are read`,
      );
    return length;
  }

  /** Removes this many bytes from the front; they have to be there. */
  #take(bytes: number): Buffer {
    this.#available -= bytes;
    const first = this.#chunks[0];
    if (first !== undefined && first.length > bytes) {
      this.#chunks[0] = first.subarray(bytes);
      return first.subarray(0, bytes);
    }
    if (first !== undefined && first.length === bytes) {
      this.#chunks.shift();
      return first;
    }
    const taken = Buffer.allocUnsafe(bytes);
    let filled = 0;
    let used = 0;
    while (filled < bytes) {
      const chunk = this.#chunks[used] as Buffer;
      const copied = chunk.copy(taken, filled, 0, bytes - filled);
      filled += copied;
      if (copied === chunk.length) used += 1;
      else this.#chunks[used] = chunk.subarray(copied);
    }
    this.#chunks.splice(0, used);
    return taken;
  }
}
