import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Partitioners } from 'kafkajs';
import { murmur2, partitionOfKey } from '../../../src/messaging/kafka/partition-of-key.ts';

/** From the tests of Kafka's Java client. */
const JAVA = {
  '21': -973_932_308,
  foobar: -790_332_482,
  'a-little-bit-long-string': -985_981_536,
  'a-little-bit-longer-string': -1_486_304_829,
  lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58_897_971,
  abc: 479_470_107,
};

describe('partition of a key', () => {
  it('hashes as Java does', () => {
    for (const [key, hash] of Object.entries(JAVA)) assert.equal(murmur2(Buffer.from(key)), hash, key);
  });

  it('takes the hash without its sign', () => {
    assert.equal(partitionOfKey('21', 12), (-973_932_308 & 0x7fffffff) % 12);
  });

  it('agrees with kafkajs, whatever the bytes and the length', () => {
    const theirs = Partitioners.DefaultPartitioner();
    const keys = ['', 'ñ', '日本', '🌧️', '\u0000\u0000'].concat(
      Array.from({ length: 500 }, (_, index) => 'order-é-'.repeat(index % 7) + index * 7_919),
    );
    for (const partitions of [1, 3, 12, 1_000]) {
      const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
        partitionId,
        partitionErrorCode: 0,
        leader: 1,
        replicas: [1],
        isr: [1],
      }));
      for (const key of keys) {
        const expected = theirs({ topic: 'topic', partitionMetadata, message: { key, value: null } });
        assert.equal(partitionOfKey(key, partitions), expected, JSON.stringify([key, partitions]));
      }
    }
  });
});
