import { createRequire } from 'node:module';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

const require = createRequire(import.meta.url);
// Importing these names directly fails: Node does not find them in kafkajs's CommonJS module.
const { CompressionCodecs, CompressionTypes } = require('kafkajs') as typeof import('kafkajs');

/** kafkajs's codec interface. */
interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(buffer: Buffer): Promise<Buffer>;
}

/** Java clients wrap snappy blocks in their own frame format; these are its first bytes. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
/** The magic, a version and the oldest compatible version. */
const XERIAL_HEADER_BYTES = XERIAL_MAGIC.length + 8;

/**
 * Adds codecs to kafkajs, so that it can read what other clients, or a topic's `compression.type`, compressed: kafkajs itself
 * supports only gzip, and a record batch that it cannot read would end every consumer that fetches it.
 */
export function registerCodecs(): void {
  CompressionCodecs[CompressionTypes.Snappy] = () => codec(wasm().snappyCompress, decompressSnappy);
  CompressionCodecs[CompressionTypes.LZ4] = () => codec(wasm().lz4Compress, wasm().lz4Decompress);
  CompressionCodecs[CompressionTypes.ZSTD] = () => codec(zstdCompressSync, zstdDecompressSync);
}

/** Loaded with the first batch that needs it, because it takes considerable memory. */
function wasm(): typeof import('@platformatic/wasm-utils') {
  return require('@platformatic/wasm-utils') as typeof import('@platformatic/wasm-utils');
}

function codec(compress: (data: Buffer) => Buffer, decompress: (data: Buffer) => Buffer): Codec {
  return {
    compress: ({ buffer }) => Promise.resolve(compress(buffer)),
    decompress: (buffer) => Promise.resolve(decompress(buffer)),
  };
}

/** @throws RangeError or the codec's error if the data is corrupt. */
function decompressSnappy(data: Buffer): Buffer {
  if (!data.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return wasm().snappyDecompress(data);
  const blocks: Buffer[] = [];
  for (let at = XERIAL_HEADER_BYTES; at < data.length; ) {
    const start = at + 4;
    const end = start + data.readUInt32BE(at);
    if (end > data.length) throw new RangeError('a block of xerial snappy is cut off');
    blocks.push(wasm().snappyDecompress(data.subarray(start, end)));
    at = end;
  }
  return Buffer.concat(blocks);
}
