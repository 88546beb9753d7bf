import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FrameReader } from '../../../../src/stores/ignite/thin-client/frame-reader.ts';
import { framed } from './fake-server.ts';

const MAX_BYTES = 100;

/** Cuts bytes at these places. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((start, index) => bytes.subarray(start, places[index] ?? bytes.length));
}

describe('a frame reader', () => {
  it('returns the same frames however the bytes arrive', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: MAX_BYTES }), { maxLength: 12 });
    fc.assert(
      fc.property(payloads, fc.array(fc.nat(), { maxLength: 60 }), (contents, cuts) => {
        const frames = new FrameReader(MAX_BYTES);
        const all = Buffer.concat(contents.map((content) => framed(Buffer.from(content))));
        const read = pieces(all, cuts).flatMap((piece) => frames.push(piece));
        assert.deepEqual(
          read.map((frame) => [...frame]),
          contents.map((content) => [...content]),
        );
      }),
    );
  });

  it('does not copy a frame that arrives in one piece', () => {
    const chunk = framed(Buffer.from('whole'));
    const [frame] = new FrameReader(MAX_BYTES).push(chunk);
    assert.equal(frame?.buffer, chunk.buffer);
  });

  it('returns nothing of a frame that is not complete', () => {
    const frames = new FrameReader(MAX_BYTES);
    assert.deepEqual(frames.push(framed(Buffer.from('cut')).subarray(0, 6)), []);
    assert.deepEqual(frames.push(Buffer.from('t')).map(String), ['cut']);
  });

  it('refuses a length that is negative or too large, before any of the frame has arrived', () => {
    for (const length of [-1, MAX_BYTES + 1, 2 ** 31 - 1]) {
      const head = Buffer.alloc(4);
      head.writeInt32LE(length);
      assert.throws(() => new FrameReader(MAX_BYTES).push(head), {
        kind: 'protocol',
        message: `a frame of ${length} bytes arrived; at most ${MAX_BYTES} are read`,
      });
    }
  });
});
