import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Envelope } from '../../src/message/envelope.ts';
import { bucketOf } from '../../src/stores/key-buckets.ts';
import { CHUNK_BITS, planBatch as planWith } from '../../src/stores/plan-batch.ts';
import { keyed, produced } from './count-store.conformance.ts';

const planBatch = (envelopes: readonly Envelope[], oneByOne: boolean) =>
  planWith(envelopes, { oneByOne, keyTtlSeconds: 3_600, withFormerBitmaps: false });

describe('planBatch', () => {
  it('packs consecutive messages of one producer into one segment', () => {
    const plan = planBatch(
      Array.from({ length: 16 }, (_, i) => produced('p', i + 4)),
      false,
    );
    assert.equal(plan.segments.length, 1);
    assert.deepEqual(plan.segments[0], { bitmap: 0, firstByte: 0, mask: Buffer.from([0x0f, 0xff, 0xf0]) });
    assert.equal(plan.singles.length, 0);
    assert.deepEqual([...plan.byCountry], [['ES', 16]]);
    assert.equal(plan.segmentMessages, 16);
  });

  it('splits a run at a wide gap and stores a single message on its own', () => {
    const plan = planBatch([produced('p', 0), produced('p', 1), produced('p', 1_000)], false);
    assert.equal(plan.segments.length, 1);
    assert.deepEqual(
      plan.singles.map((single) => single.bit),
      [1_000],
    );
  });

  it('sorts messages that arrive out of order', () => {
    const plan = planBatch([produced('p', 9), produced('p', 8), produced('p', 10)], false);
    assert.deepEqual(
      plan.segments.map((segment) => [...segment.mask]),
      [[0b11100000]],
    );
  });

  it('starts a new bitmap where a chunk ends', () => {
    const plan = planBatch([produced('p', CHUNK_BITS - 1), produced('p', CHUNK_BITS)], false);
    assert.deepEqual(
      plan.bitmaps.map((bitmap) => bitmap.key),
      ['seen:p:p:0', 'seen:p:p:1'],
    );
    assert.deepEqual(
      plan.singles.map((single) => single.bit),
      [CHUNK_BITS - 1, 0],
    );
  });

  it('keeps keys for the configured time and producers for two weeks, and allocates only for producers', () => {
    const { bitmaps } = planBatch([keyed('k', 1), produced('k', 0)], false);
    assert.deepEqual(
      bitmaps.map((bitmap) => [bitmap.key, bitmap.ttlSeconds, bitmap.allocateBytes]),
      [
        ['seen:k:k', 3_600, 0],
        ['seen:p:k:0', 1_209_600, 32_768],
      ],
    );
  });

  it('puts the first message under a key into a bucket, once, and the others into a bitmap', () => {
    const first = keyed('k', 0);
    const plan = planBatch([first, keyed('k', 1), keyed('k', 2), keyed('k', 0)], false);
    assert.deepEqual(plan.buckets, [bucketOf('k')]);
    assert.deepEqual(plan.keyedFirsts, [{ bucket: 0, formerBitmap: undefined, envelope: first }]);
    assert.deepEqual([plan.bitmaps.length, plan.segmentMessages, plan.repeatedInBatch], [1, 2, 1]);
  });

  it('adds the bitmap in which an earlier release recorded it, on request', () => {
    const options = { oneByOne: false, keyTtlSeconds: 3_600, withFormerBitmaps: true };
    const plan = planWith([produced('p', 0), keyed('k', 0), keyed('k', 1), keyed('l', 0)], options);
    assert.deepEqual(
      plan.keyedFirsts.map(({ formerBitmap }) => plan.bitmaps[formerBitmap ?? -1]?.key),
      ['seen:k:k', 'seen:k:l'],
    );
    assert.equal(plan.bitmaps.length, 3);
  });

  it('plans every identity separately on request', () => {
    const plan = planBatch([produced('p', 0), produced('p', 1), produced('p', 1)], true);
    assert.deepEqual([plan.segments.length, plan.singles.length, plan.repeatedInBatch], [0, 2, 1]);
    assert.equal(plan.byCountry.size, 0);
  });
});
