import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bucketOf, keyBitmapOf } from '../../../../../common/src/stores/key-buckets.ts';
import { storeRecordOf } from '../../../../src/workloads/messages/verify/store-record.ts';

describe('the record of a request in a store', () => {
  it('lies where the services put it', () => {
    for (let i = 0; i < 100; i += 1) {
      const identity = `identity-${i}`;
      assert.deepEqual(storeRecordOf(identity, 'x:'), {
        bitmap: `x:${keyBitmapOf(identity)}`,
        bucket: `x:${bucketOf(identity)}`,
        field: identity,
      });
    }
  });
});
