import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RecordsBatch } from '@platformatic/kafka';
import { recordsFrom } from '../../../src/messaging/kafka/fetched-records.ts';

function batchOf(
  firstOffset: number,
  values: readonly string[],
  changes: Partial<RecordsBatch> = {},
): RecordsBatch {
  return {
    firstOffset: BigInt(firstOffset),
    lastOffsetDelta: values.length - 1,
    attributes: 0,
    producerId: -1n,
    records: values.map((value, offsetDelta) => ({ offsetDelta, key: null, value: Buffer.from(value) })),
    ...changes,
  } as RecordsBatch;
}

/** Creates a transaction's end marker; `type` is 0 for abort, 1 for commit. */
function markOf(offset: number, producerId: bigint, type: number): RecordsBatch {
  const key = Buffer.from([0, 0, 0, type]);
  return batchOf(offset, [''], {
    attributes: 0b110_000,
    producerId,
    records: [{ offsetDelta: 0, key, value: null }] as unknown as RecordsBatch['records'],
  });
}

describe('records from fetched batches', () => {
  it('begin at the requested offset even if the batch begins before', () => {
    const run = recordsFrom(11, [batchOf(10, ['a', 'b', 'c'])], []);
    assert.deepEqual([run.values.map(String), run.offsets, run.next], [['b', 'c'], [11, 12], 13]);
  });

  it('continue after missing offsets', () => {
    const run = recordsFrom(0, [batchOf(5, ['a'], { lastOffsetDelta: 4 })], []);
    assert.deepEqual([run.offsets, run.next], [[5], 10]);
  });

  it('are empty and do not move the offset without batches', () => {
    assert.deepEqual(recordsFrom(7, [], []), { values: [], offsets: [], next: 7 });
  });

  it('leave out exactly the aborted transactions of a producer', () => {
    const inTransaction = { attributes: 0b010_000, producerId: 9n };
    const batches = [
      batchOf(0, ['kept'], inTransaction),
      markOf(1, 9n, 1),
      batchOf(2, ['aborted'], inTransaction),
      batchOf(3, ['of another batch']),
      markOf(4, 9n, 0),
      batchOf(5, ['kept too'], inTransaction),
      markOf(6, 9n, 1),
      batchOf(7, ['aborted too'], inTransaction),
      markOf(8, 9n, 0),
    ];
    const aborted = [
      { producerId: 9n, firstOffset: 7n },
      { producerId: 9n, firstOffset: 2n },
    ];
    const run = recordsFrom(0, batches, aborted);
    assert.deepEqual([run.values.map(String), run.next], [['kept', 'of another batch', 'kept too'], 9]);
  });
});
