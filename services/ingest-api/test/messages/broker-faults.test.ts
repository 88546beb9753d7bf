import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '@caudal/common/errors';
import { metricValue } from '@caudal/common/testing';
import { problemOf } from '../support/problem-of.ts';
import { MESSAGE, runService } from '../support/run-service.ts';
import { hasPublishedNothing, useService } from '../support/use-service.ts';

describe('POST /messages while a broker fails', () => {
  const service = useService();

  it('refuses a message too large for a broker before either is asked, and says which', async () => {
    service().kafka.maxBytes = 600;
    const headers = { 'idempotency-key': 'order-too-large' };
    const large = { ...MESSAGE, description: 'x'.repeat(800) };
    const before = await service().metrics();
    const response = await service().post([MESSAGE, large], headers);
    assert.equal(response.status, 413);
    const { type, errors, brokers } = await problemOf(response);
    assert.equal(type, 'urn:problem-type:caudal:message-too-large');
    assert.deepEqual(brokers, ['kafka']);
    assert.equal(errors?.length, 1);
    assert.equal(errors[0]?.index, 1);
    assert.match(errors[0]?.reason ?? '', /^has \d+ bytes with its envelope; the limit of kafka is 600/);
    assert.ok(hasPublishedNothing(service()));
    const refused = 'caudal_ingest_messages_total{country="ES",outcome="refused"}';
    assert.equal(
      (metricValue(await service().metrics(), refused) ?? 0) - (metricValue(before, refused) ?? 0),
      2,
    );
    // Nothing was published under the key, so it is still free.
    assert.equal((await service().post(MESSAGE, headers)).status, 202);
  });

  it('says that a retry does not help if a broker refuses a message permanently', async () => {
    service().kafka.failure = new AppError('BROKER_REFUSED', 'Kafka refused a message of 70000 bytes');
    const response = await service().post(MESSAGE);
    assert.equal(response.status, 502);
    assert.equal(response.headers.get('retry-after'), null);
    const problem = await problemOf(response);
    assert.equal(problem.type, 'urn:problem-type:caudal:broker-refused');
    assert.deepEqual(problem.brokers, ['kafka']);
    const unconfirmed = 'caudal_ingest_messages_total{country="ES",outcome="unconfirmed"}';
    assert.ok((metricValue(await service().metrics(), unconfirmed) ?? 0) >= 1);
  });

  for (const name of ['rabbitmq', 'kafka'] as const) {
    it(`publishes nothing while ${name} is down, and names it`, async () => {
      service()[name].isUp = false;
      const response = await service().post(MESSAGE);
      assert.equal(response.status, 503);
      assert.equal(response.headers.get('retry-after'), '1');
      const problem = await problemOf(response);
      assert.equal(problem.type, 'urn:problem-type:caudal:broker-unavailable');
      assert.deepEqual(problem.brokers, [name]);
      assert.ok(hasPublishedNothing(service()));
      const ready = await service().ready();
      assert.equal(ready.status, 503);
      assert.equal((ready.body as { checks: Record<string, { ok: boolean }> }).checks[name]?.ok, false);
    });

    it(`never answers 202 when ${name} alone does not confirm, and names it`, async () => {
      service()[name].hold();
      const response = await service().post(MESSAGE);
      assert.equal(response.status, 503);
      assert.equal(response.headers.get('retry-after'), '1');
      const problem = await problemOf(response);
      assert.equal(problem.type, 'urn:problem-type:caudal:unconfirmed');
      assert.deepEqual(problem.brokers, [name]);
      assert.match(problem.detail, /same Idempotency-Key/);
    });
  }

  it('names both brokers when neither takes the message', async () => {
    for (const broker of [service().rabbitmq, service().kafka]) {
      broker.failure = new AppError('BROKER_UNROUTABLE', 'returned');
    }
    assert.deepEqual((await problemOf(await service().post(MESSAGE))).brokers, ['rabbitmq', 'kafka']);
  });
});

describe('the bound of pending messages', () => {
  it('answers 503 with Retry-After above it, publishing to neither broker', async () => {
    const service = await runService({ MAX_PENDING_MESSAGES: '1000', PUBLISH_TIMEOUT_MS: '60000' });
    try {
      service.kafka.hold();
      const held = service.post(Array.from({ length: 999 }, () => MESSAGE));
      while (service.rabbitmq.bodies.length < 999) await new Promise(setImmediate);
      const refused = await service.post([MESSAGE, MESSAGE]);
      assert.equal(refused.status, 503);
      assert.equal(refused.headers.get('retry-after'), '1');
      assert.equal((await problemOf(refused)).type, 'urn:problem-type:caudal:overloaded');
      assert.equal(service.rabbitmq.bodies.length, 999);
      await service.kafka.release();
      assert.equal((await held).status, 202);
      assert.equal((await service.post([MESSAGE, MESSAGE])).status, 202);
    } finally {
      await service.stop();
    }
  });
});
