/** A value that the client can write. Numbers are Java ints, bigints are longs. */
export type WritableValue = string | number | bigint | Buffer | null;

/** Type codes; "Binary client protocol", section "Data format". */
export const TYPE = { byte: 1, int: 3, long: 4, boolean: 8, string: 9, byteArray: 12, null: 101 } as const;

/** Room for the length, the operation and the request's number. */
const HEADER_BYTES = 14;

/** Writes a request: little-endian, as "Binary client protocol", section "Data format" describes. */
export class PayloadWriter {
  #bytes = Buffer.allocUnsafe(1_024);
  #end = HEADER_BYTES;

  byte(value: number): void {
    const at = this.#reserve(1);
    this.#bytes.writeUInt8(value, at);
  }

  short(value: number): void {
    const at = this.#reserve(2);
    this.#bytes.writeInt16LE(value, at);
  }

  int(value: number): void {
    const at = this.#reserve(4);
    this.#bytes.writeInt32LE(value, at);
  }

  long(value: bigint): void {
    const at = this.#reserve(8);
    this.#bytes.writeBigInt64LE(value, at);
  }

  boolean(value: boolean): void {
    this.byte(value ? 1 : 0);
  }

  /** Writes a value with its type code. */
  value(value: WritableValue): void {
    if (value === null) this.byte(TYPE.null);
    else if (typeof value === 'string') this.#string(value);
    else if (typeof value === 'number') {
      this.byte(TYPE.int);
      this.int(value);
    } else if (typeof value === 'bigint') {
      this.byte(TYPE.long);
      this.long(value);
    } else {
      this.byte(TYPE.byteArray);
      this.int(value.length);
      const at = this.#reserve(value.length);
      value.copy(this.#bytes, at);
    }
  }

  /** Writes an int that says how many bytes `write` has written after it. */
  sized(write: () => void): void {
    const at = this.#reserve(4);
    write();
    this.#bytes.writeInt32LE(this.#end - at - 4, at);
  }

  /** Returns the frame of a request; "Binary client protocol", section "Message structure". */
  request(operation: number, id: number): Buffer {
    this.#bytes.writeInt32LE(this.#end - 4, 0);
    this.#bytes.writeInt16LE(operation, 4);
    this.#bytes.writeBigInt64LE(BigInt(id), 6);
    return this.#bytes.subarray(0, this.#end);
  }

  /** Returns a frame of what was written alone, without an operation: the handshake's. */
  bare(): Buffer {
    const start = HEADER_BYTES - 4;
    this.#bytes.writeInt32LE(this.#end - HEADER_BYTES, start);
    return this.#bytes.subarray(start, this.#end);
  }

  #string(text: string): void {
    const length = Buffer.byteLength(text);
    this.byte(TYPE.string);
    this.int(length);
    const at = this.#reserve(length);
    this.#bytes.write(text, at);
  }

  #reserve(bytes: number): number {
    const at = this.#end;
    this.#end += bytes;
    if (this.#end > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#end));
      this.#bytes.copy(grown, 0, 0, at);
      this.#bytes = grown;
    }
    return at;
  }
}
