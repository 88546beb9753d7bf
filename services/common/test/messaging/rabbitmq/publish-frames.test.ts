import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PublishFrames } from '../../../src/messaging/rabbitmq/publish-frames.ts';

const FRAME_MAX = 4_096;
const LARGEST_PAYLOAD = FRAME_MAX - 8;

interface Frame {
  readonly type: number;
  readonly channel: number;
  readonly payload: Buffer;
}

/** Reads frames as the protocol defines them: type, channel, size, payload, end mark. */
function parseFrames(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = bytes.readUInt32BE(at + 3);
    assert.equal(bytes[at + 7 + size], 0xce, 'the end mark is where the size says');
    assert.ok(size + 8 <= FRAME_MAX, 'no frame is larger than agreed');
    frames.push({
      type: bytes.readUInt8(at),
      channel: bytes.readUInt16BE(at + 1),
      payload: bytes.subarray(at + 7, at + 7 + size),
    });
    at += size + 8;
  }
  return frames;
}

function bodiesIn(frames: readonly Frame[]): Buffer[] {
  const bodies: Buffer[] = [];
  for (let index = 0; index < frames.length; ) {
    assert.equal(frames[index++]?.type, 1);
    const header = frames[index++];
    assert.equal(header?.type, 2);
    const size = Number(header.payload.readBigUInt64BE(4));
    const parts: Buffer[] = [];
    while (frames[index]?.type === 3) parts.push(frames[index++]?.payload ?? Buffer.alloc(0));
    const body = Buffer.concat(parts);
    assert.equal(body.length, size);
    bodies.push(body);
  }
  return bodies;
}

describe('publish frames', () => {
  const frames = new PublishFrames({
    channel: 3,
    frameMax: FRAME_MAX,
    exchange: 'message',
    contentType: 'text/plain',
  });

  function encode(bodies: readonly Buffer[], from = 0, to = bodies.length): Buffer[] {
    const chunks: Buffer[] = [];
    frames.encode(bodies, from, to, frames.header('call-1'), (chunk) => chunks.push(chunk));
    return chunks;
  }

  it('transfers bodies of every size around the frame limit unchanged and in order', () => {
    const sizes = [
      0,
      1,
      LARGEST_PAYLOAD - 1,
      LARGEST_PAYLOAD,
      LARGEST_PAYLOAD + 1,
      3 * LARGEST_PAYLOAD,
      70_000,
    ];
    const bodies = sizes.map((size, index) => Buffer.alloc(size, index + 1));
    const parsed = parseFrames(Buffer.concat(encode(bodies)));
    assert.ok(parsed.every(({ channel }) => channel === 3));
    assert.deepEqual(bodiesIn(parsed), bodies);
  });

  it('copies small messages together and never splits one between two chunks', () => {
    const bodies = Array.from({ length: 1_000 }, (_, index) =>
      Buffer.from(`message ${index} ${'x'.repeat(200)}`),
    );
    const chunks = encode(bodies);
    assert.ok(chunks.length > 1 && chunks.length < 10, `${chunks.length} chunks`);
    assert.deepEqual(
      chunks.flatMap((chunk) => bodiesIn(parseFrames(chunk))),
      bodies,
    );
  });

  it('encodes the requested part of a call', () => {
    const bodies = ['a', 'b', 'c', 'd'].map((text) => Buffer.from(text));
    assert.deepEqual(bodiesIn(parseFrames(Buffer.concat(encode(bodies, 1, 3)))).map(String), ['b', 'c']);
  });

  it('publishes mandatory and persistent to the exchange, with content type and message ID', () => {
    const [method, header] = parseFrames(Buffer.concat(encode([Buffer.from('a')])));
    assert.equal(method?.payload.toString('latin1'), '\0\x3c\0\x28\0\0\x07message\0\x01');
    assert.equal(header?.payload.subarray(12).toString('latin1'), '\x90\x80\x0atext/plain\x02\x06call-1');
  });

  it('refuses names that AMQP cannot carry', () => {
    const options = { channel: 1, frameMax: FRAME_MAX, exchange: 'x'.repeat(256), contentType: 'text/plain' };
    assert.throws(() => new PublishFrames(options), RangeError);
  });
});
