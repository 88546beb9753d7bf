const METHOD = 1;
const HEADER = 2;
const BODY = 3;
const FRAME_END = 0xce;
/** Type, channel and size before a frame's payload, and the end mark after it. */
const FRAME_OVERHEAD = 8;
const BASIC_CLASS = 60;
const PUBLISH_METHOD = 40;
const MANDATORY = 1;
const PERSISTENT = 2;
/** Content type, delivery mode and message id are present. */
const PROPERTY_FLAGS = (1 << 15) | (1 << 12) | (1 << 7);
/** Where a content header has the size of its body. */
const BODY_SIZE_AT = 7 + 4;
/** Small bodies are copied together up to this size. */
const CHUNK_BYTES = 65_536;

/**
 * Encodes `basic.publish` for one channel and one exchange: persistent, mandatory, without routing key.
 *
 * Of a message only the size and the body are its own, so the rest is encoded once a call. The driver's way, which
 * looks at every property of every message, takes several times as long.
 */
export class PublishFrames {
  readonly #channel: number;
  readonly #maxPayload: number;
  readonly #method: Buffer;
  readonly #contentType: Buffer;

  /** `frameMax` is what the connection has agreed on, bytes. */
  constructor(options: {
    readonly channel: number;
    readonly frameMax: number;
    readonly exchange: string;
    readonly contentType: string;
  }) {
    this.#channel = options.channel;
    this.#maxPayload = options.frameMax - FRAME_OVERHEAD;
    this.#contentType = shortString(options.contentType);
    const payload = Buffer.concat([
      unsigned16(BASIC_CLASS, PUBLISH_METHOD, 0),
      shortString(options.exchange),
      shortString(''),
      Buffer.of(MANDATORY),
    ]);
    this.#method = frame(METHOD, this.#channel, payload);
  }

  /** The content header of a call's messages; {@link encode} fills in the body's size. */
  header(messageId: string): Buffer {
    const payload = Buffer.concat([
      unsigned16(BASIC_CLASS, 0),
      Buffer.alloc(8),
      unsigned16(PROPERTY_FLAGS),
      this.#contentType,
      Buffer.of(PERSISTENT),
      shortString(messageId),
    ]);
    return frame(HEADER, this.#channel, payload);
  }

  /** Calls `write` with the frames of `bodies[from]` up to but without `bodies[to]`, whole messages at a time. */
  encode(
    bodies: readonly Buffer[],
    from: number,
    to: number,
    header: Buffer,
    write: (chunk: Buffer) => void,
  ): void {
    let first = from;
    while (first < to) {
      let size = 0;
      let end = first;
      do {
        size += this.#sizeOf(bodies[end] as Buffer, header);
        end++;
      } while (end < to && size < CHUNK_BYTES);
      const chunk = Buffer.allocUnsafe(size);
      let at = 0;
      for (let index = first; index < end; index++)
        at = this.#put(chunk, at, bodies[index] as Buffer, header);
      write(chunk);
      first = end;
    }
  }

  #sizeOf(body: Buffer, header: Buffer): number {
    const bodyFrames = Math.ceil(body.length / this.#maxPayload);
    return this.#method.length + header.length + body.length + bodyFrames * FRAME_OVERHEAD;
  }

  #put(chunk: Buffer, start: number, body: Buffer, header: Buffer): number {
    let at = start;
    at += this.#method.copy(chunk, at);
    header.copy(chunk, at);
    // The upper half is zero already: no body is larger than 4 GiB.
    chunk.writeUInt32BE(body.length, at + BODY_SIZE_AT + 4);
    at += header.length;
    for (let from = 0; from < body.length; from += this.#maxPayload) {
      const to = Math.min(body.length, from + this.#maxPayload);
      at = putFrameHead(chunk, at, BODY, this.#channel, to - from);
      at += body.copy(chunk, at, from, to);
      chunk[at++] = FRAME_END;
    }
    return at;
  }
}

function frame(type: number, channel: number, payload: Buffer): Buffer {
  const whole = Buffer.alloc(payload.length + FRAME_OVERHEAD);
  payload.copy(whole, putFrameHead(whole, 0, type, channel, payload.length));
  whole[whole.length - 1] = FRAME_END;
  return whole;
}

function putFrameHead(target: Buffer, at: number, type: number, channel: number, size: number): number {
  target[at] = type;
  target.writeUInt16BE(channel, at + 1);
  target.writeUInt32BE(size, at + 3);
  return at + 7;
}

function shortString(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 255) throw new RangeError(`"${text}" is longer than the 255 bytes AMQP allows`);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

function unsigned16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
  return bytes;
}
