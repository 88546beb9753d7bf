import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually, metricValue } from '@caudal/common/testing';
import { FakePublisher } from './support/fake-publisher.ts';
import { postHead, RAW_CASES, RAW_CASES_MAX_BODY_BYTES } from './support/raw-cases.ts';
import { rawClient, statuses } from './support/raw-client.ts';
import { MESSAGE, type RunningService, runService } from './support/run-service.ts';

const BODY = JSON.stringify(MESSAGE);
const POST = [
  'POST /messages HTTP/1.1',
  'Host: test',
  'Content-Type: application/json',
  `Content-Length: ${Buffer.byteLength(BODY)}`,
  '',
  BODY,
].join('\r\n');

/** Below the time limit of a test. */
const SOON = { timeoutMs: 30_000 };

/** Waits until a message is on its way to Kafka. */
const untilPending = (service: RunningService) =>
  eventually(
    async () => metricValue(await service.metrics(), 'caudal_ingest_pending_messages{broker="kafka"}'),
    (count) => count === 1,
    SOON,
  );

describe('the start', () => {
  it('listens and answers 503, not ready, until both brokers are there', async () => {
    const kafka = new FakePublisher('kafka');
    kafka.isUp = false;
    const service = await runService({}, { kafka });
    try {
      assert.equal((await service.post(MESSAGE)).status, 503);
      assert.equal((await service.ready()).status, 503);
      kafka.isUp = true;
      await eventually(
        () => service.ready(),
        ({ status }) => status === 200,
        SOON,
      );
      assert.equal((await service.post(MESSAGE)).status, 202);
      assert.deepEqual(service.exitCodes, []);
    } finally {
      await service.stop();
    }
  });
});

describe('the drain', () => {
  it('answers what runs, says Connection: close, flushes, then closes the publishers and exits with 0', async () => {
    const service = await runService({ PUBLISH_TIMEOUT_MS: '60000' });
    service.rabbitmq.hold();
    service.kafka.hold();
    const client = await rawClient(service.port);
    client.send(POST);
    await untilPending(service);
    const stopped = service.stop();
    assert.equal((await service.ready()).status, 503);
    // A kept-alive connection is still served, with `Connection: close`.
    await service.kafka.release();
    assert.equal(service.rabbitmq.isClosed, false);
    await service.rabbitmq.release();
    const answer = await client.ended();
    assert.match(answer, /^HTTP\/1\.1 202 [\s\S]*\r\nConnection: close\r\n/);
    await stopped;
    assert.deepEqual(service.exitCodes, [0]);
    assert.equal(service.rabbitmq.bodies.length, 1);
    assert.ok(service.rabbitmq.isClosed && service.kafka.isClosed);
    await assert.rejects(fetch(service.url));
  });

  it('serves on a kept-alive connection after the stop has begun, and ends it with the answer', async () => {
    const service = await runService({ PRE_STOP_DELAY_MS: '1' }, { goodbyeMs: 2_000 });
    const client = await rawClient(service.port);
    client.send(POST);
    assert.doesNotMatch(await client.received(/\r\n\r\n\{.*\}/), /Connection: close/);
    const stopped = service.stop();
    // The goodbye keeps the connection open; a request in it gets its answer.
    while (!service.lifecycle.stopping.aborted) await new Promise(setImmediate);
    client.send(POST);
    assert.deepEqual(statuses(await client.ended()), [202, 202]);
    await stopped;
  });

  it('serves new connections as before until the pre-stop delay is over', async () => {
    const delayMs = 2_000;
    const service = await runService({ PRE_STOP_DELAY_MS: String(delayMs) });
    const startedAt = performance.now();
    const stopped = service.stop();
    assert.equal((await service.ready()).status, 503);
    const client = await rawClient(service.port);
    client.send(POST);
    const answer = await client.received(/\r\n\r\n\{.*\}/);
    assert.deepEqual(statuses(answer), [202]);
    assert.doesNotMatch(answer, /Connection: close/);
    client.socket.destroy();
    await stopped;
    // A timer may fire a fraction of a millisecond early.
    assert.ok(performance.now() - startedAt >= delayMs - 1);
  });

  it('asks every busy connection to close before it closes any', async () => {
    const service = await runService({}, { goodbyeMs: 2_000 });
    const busy = async (): Promise<string> => {
      const client = await rawClient(service.port);
      const ended = client.ended();
      for (let sent = 1; !client.socket.closed; sent += 1) {
        client.send(POST);
        const answers = new RegExp(`(?:HTTP/1\\.1 202[\\s\\S]*?\\}){${sent}}`);
        const answered = await client.received(answers).catch(() => undefined);
        if (answered === undefined || /Connection: close/.test(answered)) break;
      }
      return await ended;
    };
    const clients = Array.from({ length: 10 }, busy);
    while (service.kafka.bodies.length < 50) await new Promise(setImmediate);
    await service.stop();
    for (const text of await Promise.all(clients)) assert.match(text, /Connection: close/);
  });

  it('does not wait for connections on which nothing was sent', async () => {
    const service = await runService({ DRAIN_TIMEOUT_MS: '2000', PUBLISH_TIMEOUT_MS: '3000' });
    const clients = await Promise.all(Array.from({ length: 20 }, () => rawClient(service.port)));
    await service.stop();
    await Promise.all(clients.map((client) => client.ended()));
    assert.deepEqual(service.exitCodes, [0]);
  });
});

describe('what is not even a request', () => {
  let service: RunningService;
  before(async () => {
    service = await runService({
      MAX_BODY_BYTES: String(RAW_CASES_MAX_BODY_BYTES),
      HEADERS_TIMEOUT_MS: '1000',
      REQUEST_TIMEOUT_MS: '1500',
      PUBLISH_TIMEOUT_MS: '60000',
    });
  });
  after(() => service.stop());

  for (const { what, data, status } of RAW_CASES) {
    it(`answers ${status} to ${what} and ends the connection`, async () => {
      const client = await rawClient(service.port);
      client.send(data);
      const answer = await client.ended();
      assert.deepEqual(statuses(answer), [status]);
      assert.match(answer, /application\/problem\+json/);
      assert.match(answer, /\r\nConnection: close\r\n/i);
    });
  }

  it('lets a client finish sending a large body before it closes, so that the 413 arrives', async () => {
    const client = await rawClient(service.port);
    client.send(postHead('Content-Length: 3000000'));
    await client.received(/413/);
    client.send('x'.repeat(3_000_000));
    assert.deepEqual(statuses(await client.ended()), [413]);
    assert.equal(client.socket.errored, null);
  });

  it('refuses a large body when the client asks first', async () => {
    const client = await rawClient(service.port);
    client.send(postHead('Content-Length: 100000', 'Expect: 100-continue'));
    assert.deepEqual(statuses(await client.ended()), [413]);
    const small = await rawClient(service.port);
    small.send(postHead(`Content-Length: ${BODY.length}`, 'Expect: 100-continue'));
    await small.received(/100 Continue/);
    small.socket.destroy();
  });

  it('forgets a client that leaves in the middle of its body', async () => {
    const left = async () =>
      metricValue(await service.metrics(), 'caudal_ingest_requests_total{route="/messages",status="499"}') ??
      0;
    const before = await left();
    const client = await rawClient(service.port);
    client.send(`${postHead('Content-Length: 100')}{"desc`);
    client.socket.destroySoon();
    await eventually(left, (count) => count > before, SOON);
    assert.equal(service.kafka.bodies.length, 0);
  });

  it('answers pipelined requests in order', async () => {
    const client = await rawClient(service.port);
    client.send(
      POST +
        'GET /nothing HTTP/1.1\r\nHost: test\r\n\r\n' +
        POST.replace('Host: test', 'Host: test\r\nConnection: close'),
    );
    assert.deepEqual(statuses(await client.ended()), [202, 404, 202]);
  });

  it('never answers 400 in the place of a message that is being published', async () => {
    service.kafka.hold();
    const client = await rawClient(service.port);
    client.send(POST);
    await untilPending(service);
    client.send('garbage\r\n\r\n');
    assert.deepEqual(statuses(await client.ended()), []);
    await service.kafka.release();
  });
});
