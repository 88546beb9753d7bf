import { IgniteError } from './ignite-error.ts';
import { TYPE } from './payload-writer.ts';

/** A value that the client can read. */
export type Value = string | number | bigint | boolean | Buffer | null;

/**
 * Reads an answer. Every method throws an {@link IgniteError} of kind `protocol` rather than read beyond the frame, and takes
 * no count or length at its word that the frame has no room for.
 */
export class PayloadReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  short(): number {
    return this.#bytes.readInt16LE(this.#take(2));
  }

  int(): number {
    return this.#bytes.readInt32LE(this.#take(4));
  }

  long(): bigint {
    return this.#bytes.readBigInt64LE(this.#take(8));
  }

  boolean(): boolean {
    return this.byte() !== 0;
  }

  skip(bytes: number): void {
    this.#take(bytes);
  }

  /** Reads how many items follow, each of at least `itemBytes`. */
  count(itemBytes: number): number {
    const count = this.int();
    if (count < 0 || count * itemBytes > this.#bytes.length - this.#at)
      throw new IgniteError('protocol', `a frame claims ${count} items, more than it has room for`);
    return count;
  }

  /** Reads a value with its type code. */
  value(): Value {
    const type = this.byte();
    switch (type) {
      case TYPE.null:
        return null;
      case TYPE.string: {
        const length = this.count(1);
        const at = this.#take(length);
        return this.#bytes.toString('utf8', at, at + length);
      }
      case TYPE.byteArray: {
        const length = this.count(1);
        const at = this.#take(length);
        return Buffer.from(this.#bytes.subarray(at, at + length));
      }
      case TYPE.byte:
        return this.#bytes.readInt8(this.#take(1));
      case TYPE.int:
        return this.int();
      case TYPE.long:
        return this.long();
      case TYPE.boolean:
        return this.boolean();
      default:
        throw new IgniteError('protocol', `a value has the type ${type}, which this client does not know`);
    }
  }

  /** Reads a value that has to be a string. */
  string(): string {
    const value = this.value();
    if (typeof value !== 'string')
      throw new IgniteError(
        'protocol',
        `a string was expected, but ${value === null ? 'null' : typeof value} arrived`,
      );
    return value;
  }

  /** Reads a string that may be null. */
  optionalString(): string | null {
    const value = this.value();
    if (value !== null && typeof value !== 'string')
      throw new IgniteError('protocol', `a string or null was expected, but ${typeof value} arrived`);
    return value;
  }

  #take(bytes: number): number {
    const at = this.#at;
    if (bytes < 0 || at + bytes > this.#bytes.length)
      throw new IgniteError(
        'protocol',
        `a frame of ${this.#bytes.length} bytes ends in the middle of a field`,
      );
    this.#at += bytes;
    return at;
  }
}
