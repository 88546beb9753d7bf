const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/** Returns the partition of a key, as Kafka's Java client and kafkajs choose it: murmur2 of its UTF-8 bytes, without the sign. */
export function partitionOfKey(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key)) & 0x7f_ff_ff_ff) % partitions;
}

/** Returns Kafka's 32-bit variant of MurmurHash2, signed. */
export function murmur2(bytes: Buffer): number {
  const { length } = bytes;
  const tail = length & ~3;
  let hash = SEED ^ length;
  for (let index = 0; index < tail; index += 4) {
    const word = Math.imul(bytes.readInt32LE(index), M);
    hash = Math.imul(hash, M) ^ Math.imul(word ^ (word >>> R), M);
  }
  if (tail < length) {
    for (let index = length - 1; index >= tail; index--)
      hash ^= bytes.readUInt8(index) << (8 * (index - tail));
    hash = Math.imul(hash, M);
  }
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}
