import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keyScope } from '@caudal/common/message';
import { acceptedSchema } from '../../src/openapi.ts';
import { problemOf } from '../support/problem-of.ts';
import { MESSAGE, runService } from '../support/run-service.ts';
import { hasPublishedNothing, useService } from '../support/use-service.ts';

describe('an Idempotency-Key of POST /messages', () => {
  const service = useService();

  it('takes the identity from the Idempotency-Key, the same one on a retry', async () => {
    const headers = { 'idempotency-key': 'order-1' };
    const first = await (await service().post([MESSAGE, MESSAGE], headers)).json();
    const key = keyScope('', 'order-1', [MESSAGE, MESSAGE]);
    assert.deepEqual(first, { accepted: 2, first: { key, sequence: 0 } });
    assert.deepEqual(await (await service().post([MESSAGE, MESSAGE], headers)).json(), first);
    assert.deepEqual(
      service().rabbitmq.messages.map(({ key, sequence, producer }) => [key, sequence, producer]),
      [0, 1, 0, 1].map((sequence) => [key, sequence, undefined]),
    );
  });

  it('takes a retry in other words for the same messages', async () => {
    const headers = { 'idempotency-key': 'order-in-other-words' };
    const { country, ...rest } = MESSAGE;
    const first = acceptedSchema.parse(await (await service().post([MESSAGE], headers)).json());
    const retries = [MESSAGE, { country, ...rest }, { ...MESSAGE, country: 'España' }];
    for (const retry of retries) {
      const response = await service().post(retry, headers);
      assert.deepEqual(acceptedSchema.parse(await response.json()), first);
    }
  });

  it('gives other messages under the same key an identity of their own, through whatever process', async () => {
    const headers = { 'idempotency-key': 'order-by-two' };
    const other = await runService();
    try {
      assert.equal((await service().post(MESSAGE, headers)).status, 202);
      assert.equal((await other.post({ ...MESSAGE, country: 'FR' }, headers)).status, 202);
      const [one] = service().kafka.messages;
      const [two] = other.kafka.messages;
      assert.ok(one?.key && two?.key && one.key !== two.key);
    } finally {
      await other.stop();
    }
  });

  it('refuses an Idempotency-Key that comes back with another body', async () => {
    const headers = { 'idempotency-key': 'order-2' };
    service().kafka.isUp = false;
    assert.equal((await service().post({ ...MESSAGE, country: 'FR' }, headers)).status, 503);
    service().kafka.isUp = true;
    // Nothing was published under it yet, so it is still free.
    assert.equal((await service().post(MESSAGE, headers)).status, 202);
    const response = await service().post({ ...MESSAGE, country: 'FR' }, headers);
    assert.equal(response.status, 422);
    assert.equal((await problemOf(response)).type, 'urn:problem-type:caudal:idempotency-key-reused');
    assert.equal(service().kafka.bodies.length, 1);
  });

  it('keeps an Idempotency-Key free whose messages were refused for want of room', async () => {
    const crowded = await runService({ MAX_PENDING_MESSAGES: '1000', PUBLISH_TIMEOUT_MS: '60000' });
    try {
      crowded.kafka.hold();
      const held = crowded.post(Array.from({ length: 999 }, () => MESSAGE));
      while (crowded.rabbitmq.bodies.length < 999) await new Promise(setImmediate);
      const headers = { 'idempotency-key': 'order-3' };
      assert.equal((await crowded.post([MESSAGE, MESSAGE], headers)).status, 503);
      await crowded.kafka.release();
      assert.equal((await held).status, 202);
      assert.equal((await crowded.post({ ...MESSAGE, country: 'FR' }, headers)).status, 202);
    } finally {
      await crowded.stop();
    }
  });

  for (const key of ['with blank', 'ñ', 'x'.repeat(256)]) {
    it(`refuses the Idempotency-Key ${JSON.stringify(key.slice(0, 20))}`, async () => {
      const response = await service().post(MESSAGE, { 'idempotency-key': key });
      assert.equal(response.status, 400);
      assert.equal((await problemOf(response)).type, 'urn:problem-type:caudal:invalid-idempotency-key');
      assert.ok(hasPublishedNothing(service()));
    });
  }
});
