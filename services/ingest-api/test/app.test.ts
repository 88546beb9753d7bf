import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeEnvelope } from '@caudal/common/message';
import { metricValue } from '@caudal/common/testing';
import { acceptedSchema } from '../src/openapi.ts';
import { MESSAGE } from './support/run-service.ts';
import { useService } from './support/use-service.ts';

describe('POST /messages', () => {
  const service = useService();

  it('accepts one message and hands the same bytes to both brokers', async () => {
    const before = Date.now();
    const response = await service().post({ ...MESSAGE, country: 'España' });
    assert.equal(response.status, 202);
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    assert.equal(response.headers.get('etag'), null);
    const { accepted, first } = acceptedSchema.parse(await response.json());
    assert.equal(accepted, 1);
    const [body] = service().rabbitmq.bodies;
    assert.ok(body);
    assert.strictEqual(body, service().kafka.bodies[0]);
    const { acceptedAt, ...envelope } = decodeEnvelope(body);
    assert.deepEqual(envelope, { ...MESSAGE, producer: first.producer, sequence: first.sequence });
    assert.ok(acceptedAt >= before && acceptedAt <= Date.now());
  });

  it('answers alike whatever way a post takes through it', async () => {
    const answerTo = async (path: string, body: string) => {
      const headers = { 'content-type': 'application/json', 'x-request-id': 'same' };
      const response = await fetch(`${service().url}${path}`, { method: 'POST', headers, body });
      const { date: _date, ...rest } = Object.fromEntries(response.headers);
      return { status: response.status, headers: rest };
    };
    for (const body of [JSON.stringify(MESSAGE), '[]']) {
      const short = await answerTo('/messages', body);
      // What carries a query or a slash is routed by Express.
      assert.deepEqual(await answerTo('/messages?a=b', body), short);
      assert.deepEqual(await answerTo('/messages/', body), short);
    }
    assert.equal(service().kafka.bodies.length, 3);
  });

  it('serves /process likewise', async () => {
    const response = await fetch(`${service().url}/process`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(MESSAGE),
    });
    assert.equal(response.status, 202);
    assert.equal(service().kafka.bodies.length, 1);
  });

  it('accepts an array, each message with a sequence of its own', async () => {
    const response = await service().post([MESSAGE, { ...MESSAGE, country: 'FR' }, MESSAGE]);
    assert.equal(response.status, 202);
    const { accepted, first } = acceptedSchema.parse(await response.json());
    assert.equal(accepted, 3);
    assert.deepEqual(
      service().kafka.messages.map(({ country, sequence }) => ({ country, sequence })),
      [
        { country: 'ES', sequence: first.sequence },
        { country: 'FR', sequence: first.sequence + 1 },
        { country: 'ES', sequence: first.sequence + 2 },
      ],
    );
  });

  it('accepts NDJSON', async () => {
    const response = await service().post(`${JSON.stringify(MESSAGE)}\n${JSON.stringify(MESSAGE)}\n`, {
      'content-type': 'application/x-ndjson',
    });
    assert.equal(response.status, 202);
    assert.equal(((await response.json()) as { accepted: number }).accepted, 2);
  });

  it('counts messages by country and outcome, and requests by route and status', async () => {
    const before = await service().metrics();
    const startedAt = performance.now();
    await service().post([MESSAGE, { ...MESSAGE, country: 'FR' }]);
    await service().post([
      { ...MESSAGE, country: 'FR' },
      { ...MESSAGE, country: 'Atlantis' },
    ]);
    service().kafka.hold();
    await service().post({ ...MESSAGE, country: 'DE' });
    const after = await service().metrics();
    const grown = (series: string): number =>
      (metricValue(after, series) ?? 0) - (metricValue(before, series) ?? 0);
    const messages = (country: string, outcome: string): number =>
      grown(`caudal_ingest_messages_total{country="${country}",outcome="${outcome}"}`);
    assert.equal(messages('ES', 'accepted'), 1);
    assert.equal(messages('FR', 'accepted'), 1);
    assert.equal(messages('FR', 'refused'), 1);
    assert.equal(messages('ZZ', 'refused'), 1);
    assert.equal(messages('DE', 'unconfirmed'), 1);
    assert.equal(messages('DE', 'accepted'), 0);
    assert.equal(grown('caudal_ingest_requests_total{route="/messages",status="202"}'), 1);
    assert.equal(grown('caudal_ingest_requests_total{route="/messages",status="400"}'), 1);
    assert.equal(grown('caudal_ingest_requests_total{route="/messages",status="503"}'), 1);
    assert.equal(grown('caudal_ingest_request_seconds_count'), 3);
    // Seconds, not milliseconds: never more than passed here, one request after the other.
    const passedSeconds = (performance.now() - startedAt) / 1_000;
    const seconds = grown('caudal_ingest_request_seconds_sum');
    assert.ok(seconds > 0 && seconds <= passedSeconds, `${seconds} of ${passedSeconds} s`);
    assert.equal(metricValue(after, 'caudal_broker_up{broker="kafka"}'), 1);
  });
});
