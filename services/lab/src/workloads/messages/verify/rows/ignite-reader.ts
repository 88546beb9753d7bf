import { connect, type Socket } from 'node:net';

/**
 * A little of Ignite's thin client protocol, enough to read and change a cache whose keys and values are texts; independent of the
 * services' code. Version 1.7.0, little-endian; "Binary client protocol" of the Ignite 2 documentation.
 */
export interface IgniteReader {
  names(): Promise<readonly string[]>;
  get(cache: string, key: string): Promise<string | null>;
  put(cache: string, key: string, value: string): Promise<void>;
  putAll(cache: string, entries: readonly (readonly [key: string, value: string])[]): Promise<void>;
  /** Removes a key; false if there was none. */
  remove(cache: string, key: string): Promise<boolean>;
  scan(cache: string): AsyncGenerator<readonly [key: string, value: string]>;
  /** Creates a transactional cache unless there is one. */
  create(cache: string): Promise<void>;
  /** Removes all entries. */
  clear(cache: string): Promise<void>;
  destroy(cache: string): Promise<void>;
  /** Runs a query and returns the first column of its rows, as texts and numbers. */
  query(sql: string): Promise<readonly (string | number | null)[]>;
}

const OPERATION = {
  get: 1_000,
  put: 1_001,
  putAll: 1_004,
  clear: 1_013,
  removeKey: 1_016,
  names: 1_050,
  getOrCreate: 1_054,
  destroy: 1_056,
  scan: 2_000,
  scanPage: 2_001,
  sqlFields: 2_004,
} as const;

const PAGE_ENTRIES = 1_000;
const TIMEOUT_MS = 30_000;
const TEXT = 9;
const NULL = 101;

/** Connects, calls `work` and disconnects. Rejects when the node does not answer or refuses the user. */
export async function withIgniteReader<T>(
  url: string,
  work: (reader: IgniteReader) => Promise<T>,
): Promise<T> {
  const { hostname, port, username, password } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('Ignite does not answer')));
  const frames = framesOf(socket);
  try {
    const user = [text(decodeURIComponent(username)), text(decodeURIComponent(password))];
    const features = Buffer.from([12, 0, 0, 0, 0]);
    send(socket, byte(1), int16(1), int16(7), int16(0), byte(2), features, ...(username === '' ? [] : user));
    const { value: answer } = await frames.next();
    if (answer === undefined || answer.readUInt8(0) !== 1)
      throw new Error(`Ignite refuses: ${String(answer)}`);
    return await work(reader(socket, frames));
  } finally {
    socket.destroy();
  }
}

function reader(socket: Socket, frames: AsyncGenerator<Buffer, undefined>): IgniteReader {
  /** One request at a time. */
  async function call(operation: number, ...fields: readonly Buffer[]): Promise<Cursor> {
    send(socket, int16(operation), int64(1n), ...fields);
    const { value: answer } = await frames.next();
    if (answer === undefined) throw new Error('Ignite closed the connection');
    const flags = answer.readInt16LE(8);
    // A change of the topology is reported by its version in front.
    const body = new Cursor(answer.subarray((flags & 2) === 0 ? 10 : 22));
    if ((flags & 1) !== 0) throw new Error(`Ignite: status ${body.int32()}, ${body.value()}`);
    return body;
  }
  const of = (cache: string): Buffer[] => [int32(hashOf(cache)), byte(0)];
  return {
    async names() {
      const answer = await call(OPERATION.names);
      return Array.from({ length: answer.int32() }, () => String(answer.value()));
    },
    async get(cache, key) {
      const value = (await call(OPERATION.get, ...of(cache), text(key))).value();
      return value === null ? null : String(value);
    },
    async put(cache, key, value) {
      await call(OPERATION.put, ...of(cache), text(key), text(value));
    },
    async putAll(cache, entries) {
      const fields = entries.flatMap(([key, value]) => [text(key), text(value)]);
      await call(OPERATION.putAll, ...of(cache), int32(entries.length), ...fields);
    },
    async remove(cache, key) {
      return (await call(OPERATION.removeKey, ...of(cache), text(key))).byte() === 1;
    },
    async *scan(cache) {
      const noFilter = byte(NULL);
      let page = await call(OPERATION.scan, ...of(cache), noFilter, int32(PAGE_ENTRIES), int32(-1), byte(0));
      const cursor = page.int64();
      for (;;) {
        for (let left = page.int32(); left > 0; left -= 1) {
          const key = String(page.value());
          yield [key, String(page.value())] as const;
        }
        if (page.byte() === 0) return;
        page = await call(OPERATION.scanPage, int64(cursor));
      }
    },
    async create(cache) {
      const [name, atomicity] = [Buffer.concat([int16(0), text(cache)]), Buffer.concat([int16(2), int32(0)])];
      const fields = Buffer.concat([int16(2), name, atomicity]);
      await call(OPERATION.getOrCreate, int32(fields.length), fields);
    },
    async clear(cache) {
      await call(OPERATION.clear, ...of(cache));
    },
    async destroy(cache) {
      await call(OPERATION.destroy, int32(hashOf(cache)));
    },
    async query(sql) {
      const schema = text('SYS');
      const options = Array.from({ length: 7 }, () => byte(0));
      const answer = await call(
        OPERATION.sqlFields,
        ...[int32(0), byte(0), schema, int32(PAGE_ENTRIES), int32(-1), text(sql), int32(0), byte(0)],
        ...[...options, int64(0n), byte(0)],
      );
      answer.int64();
      const columns = answer.int32();
      return Array.from({ length: answer.int32() }, () => {
        const row = Array.from({ length: columns }, () => answer.value());
        return row[0] ?? null;
      });
    },
  };
}

/** Reads an answer from its start to its end. */
class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#skip(1));
  }

  int32(): number {
    return this.#bytes.readInt32LE(this.#skip(4));
  }

  int64(): bigint {
    return this.#bytes.readBigInt64LE(this.#skip(8));
  }

  /** A value with its type in front: a text, a number or nothing. */
  value(): string | number | null {
    const type = this.byte();
    if (type === NULL) return null;
    if (type === TEXT) {
      const length = this.int32();
      return this.#bytes.toString('utf8', this.#skip(length), this.#at);
    }
    if (type === 3) return this.int32();
    if (type === 4) return Number(this.int64());
    throw new Error(`Ignite answered with a value of type ${type}`);
  }

  #skip(bytes: number): number {
    const at = this.#at;
    this.#at += bytes;
    return at;
  }
}

/** The frames of a socket: a length, then as many bytes. Fails with the socket. */
async function* framesOf(socket: Socket): AsyncGenerator<Buffer, undefined> {
  let chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of socket) {
    chunks.push(chunk as Buffer);
    received += (chunk as Buffer).length;
    // Joined only when a frame is complete: a page of a scan comes in many chunks.
    for (
      let length = lengthOf(chunks);
      length !== undefined && received >= length + 4;
      length = lengthOf(chunks)
    ) {
      const all = Buffer.concat(chunks);
      yield all.subarray(4, length + 4);
      chunks = [all.subarray(length + 4)];
      received = all.length - length - 4;
    }
  }
  return undefined;
}

function lengthOf(chunks: readonly Buffer[]): number | undefined {
  const [first] = chunks;
  const head = first !== undefined && first.length >= 4 ? first : Buffer.concat(chunks.slice(0, 4));
  return head.length < 4 ? undefined : head.readInt32LE(0);
}

/** A cache's number: Java's `String.hashCode` of its name. */
function hashOf(name: string): number {
  return [...name].reduce((hash, char) => (Math.imul(31, hash) + char.charCodeAt(0)) | 0, 0);
}

function send(socket: Socket, ...fields: readonly Buffer[]): void {
  const body = Buffer.concat(fields);
  socket.write(Buffer.concat([int32(body.length), body]));
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([byte(TEXT), int32(bytes.length), bytes]);
}

function byte(value: number): Buffer {
  return Buffer.from([value]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16LE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
}
