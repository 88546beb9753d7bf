import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { registerCodecs } from '../../../src/messaging/kafka/kafkajs-codecs.ts';

const require = createRequire(import.meta.url);
const { CompressionCodecs, CompressionTypes } = require('kafkajs') as typeof import('kafkajs');

describe('codecs for kafkajs', () => {
  registerCodecs();
  const data = Buffer.from('the same again, the same again, the same again. '.repeat(200));
  const codecOf = (type: number) =>
    (
      CompressionCodecs[type as 2] as unknown as () => {
        compress(encoder: { buffer: Buffer }): Promise<Buffer<ArrayBuffer>>;
        decompress(buffer: Buffer): Promise<Buffer>;
      }
    )();

  for (const name of ['Snappy', 'LZ4', 'ZSTD'] as const) {
    it(`decompresses what it compressed with ${name}`, async () => {
      const codec = codecOf(CompressionTypes[name]);
      const compressed = await codec.compress({ buffer: data });
      assert.ok(compressed.length < data.length / 2);
      assert.deepEqual(await codec.decompress(compressed), data);
    });
  }

  it('reads the framed snappy of Java clients, with one block or several', async () => {
    const codec = codecOf(CompressionTypes.Snappy);
    const frame = async (blocks: readonly Buffer[]) => {
      const parts = [Buffer.from('82534e41505059000000000100000001', 'hex')];
      for (const block of blocks) {
        const compressed = await codec.compress({ buffer: block });
        const length = Buffer.alloc(4);
        length.writeUInt32BE(compressed.length);
        parts.push(length, compressed);
      }
      return Buffer.concat(parts);
    };
    assert.deepEqual(await codec.decompress(await frame([data])), data);
    const framed = await frame([data.subarray(0, 1_000), data.subarray(1_000, 5_000), data.subarray(5_000)]);
    assert.deepEqual(await codec.decompress(framed), data);
    await assert.rejects(async () => codec.decompress(framed.subarray(0, -10)), /cut off/);
  });
});
