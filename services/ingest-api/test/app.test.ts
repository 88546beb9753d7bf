import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { AppError } from '@caudal/common/errors';
import { decodeEnvelope, keyScope } from '@caudal/common/message';
import { acceptedSchema, problemSchema } from '../src/openapi.ts';
import { MESSAGE, metricValue, type RunningService, runService } from './support/run-service.ts';

/** Reads a problem document and checks what all of them have in common. */
async function problemOf(response: Response) {
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.ok(response.headers.get('x-request-id'));
  assert.equal(response.headers.get('x-powered-by'), null);
  const text = await response.text();
  assert.doesNotMatch(text, /node_modules|\.ts:\d| {4}at /);
  const problem = problemSchema.parse(JSON.parse(text));
  assert.equal(problem.status, response.status);
  return problem;
}

describe('POST /messages', () => {
  let service: RunningService;
  before(async () => {
    service = await runService({ MAX_BODY_BYTES: '2048', PUBLISH_TIMEOUT_MS: '200' });
  });
  afterEach(async () => {
    for (const broker of [service.rabbitmq, service.kafka]) {
      broker.isUp = true;
      broker.failure = undefined;
      broker.maxBytes = Number.POSITIVE_INFINITY;
      await broker.release();
      broker.bodies.length = 0;
    }
  });
  after(() => service.stop());

  const nothingPublished = (): void => {
    assert.equal(service.rabbitmq.bodies.length, 0);
    assert.equal(service.kafka.bodies.length, 0);
  };

  it('accepts one message and hands the same bytes to both brokers', async () => {
    const before = Date.now();
    const response = await service.post({ ...MESSAGE, country: 'España' });
    assert.equal(response.status, 202);
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    assert.equal(response.headers.get('etag'), null);
    const { accepted, first } = acceptedSchema.parse(await response.json());
    assert.equal(accepted, 1);
    const [body] = service.rabbitmq.bodies;
    assert.ok(body);
    assert.strictEqual(body, service.kafka.bodies[0]);
    const { acceptedAt, ...envelope } = decodeEnvelope(body);
    assert.deepEqual(envelope, { ...MESSAGE, producer: first.producer, sequence: first.sequence });
    assert.ok(acceptedAt >= before && acceptedAt <= Date.now());
  });

  it('answers alike whatever way a post takes through it', async () => {
    const answerTo = async (path: string, body: string) => {
      const headers = { 'content-type': 'application/json', 'x-request-id': 'same' };
      const response = await fetch(`${service.url}${path}`, { method: 'POST', headers, body });
      const { date: _date, ...rest } = Object.fromEntries(response.headers);
      return { status: response.status, headers: rest };
    };
    for (const body of [JSON.stringify(MESSAGE), '[]']) {
      const short = await answerTo('/messages', body);
      // What carries a query or a slash is routed by Express.
      assert.deepEqual(await answerTo('/messages?a=b', body), short);
      assert.deepEqual(await answerTo('/messages/', body), short);
    }
    assert.equal(service.kafka.bodies.length, 3);
  });

  it('serves /process likewise', async () => {
    const response = await fetch(`${service.url}/process`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(MESSAGE),
    });
    assert.equal(response.status, 202);
    assert.equal(service.kafka.bodies.length, 1);
  });

  it('accepts an array, each message with a sequence of its own', async () => {
    const response = await service.post([MESSAGE, { ...MESSAGE, country: 'FR' }, MESSAGE]);
    assert.equal(response.status, 202);
    const { accepted, first } = acceptedSchema.parse(await response.json());
    assert.equal(accepted, 3);
    assert.deepEqual(
      service.kafka.messages.map(({ country, sequence }) => ({ country, sequence })),
      [
        { country: 'ES', sequence: first.sequence },
        { country: 'FR', sequence: first.sequence + 1 },
        { country: 'ES', sequence: first.sequence + 2 },
      ],
    );
  });

  it('accepts NDJSON', async () => {
    const response = await service.post(`${JSON.stringify(MESSAGE)}\n${JSON.stringify(MESSAGE)}\n`, {
      'content-type': 'application/x-ndjson',
    });
    assert.equal(response.status, 202);
    assert.equal(((await response.json()) as { accepted: number }).accepted, 2);
  });

  it('takes the identity from the Idempotency-Key, the same one on a retry', async () => {
    const headers = { 'idempotency-key': 'order-1' };
    const first = await (await service.post([MESSAGE, MESSAGE], headers)).json();
    const key = keyScope('', 'order-1', [MESSAGE, MESSAGE]);
    assert.deepEqual(first, { accepted: 2, first: { key, sequence: 0 } });
    assert.deepEqual(await (await service.post([MESSAGE, MESSAGE], headers)).json(), first);
    assert.deepEqual(
      service.rabbitmq.messages.map(({ key, sequence, producer }) => [key, sequence, producer]),
      [0, 1, 0, 1].map((sequence) => [key, sequence, undefined]),
    );
  });

  it('takes a retry in other words for the same messages', async () => {
    const headers = { 'idempotency-key': 'order-in-other-words' };
    const { country, ...rest } = MESSAGE;
    const first = acceptedSchema.parse(await (await service.post([MESSAGE], headers)).json());
    const retries = [MESSAGE, { country, ...rest }, { ...MESSAGE, country: 'España' }];
    for (const retry of retries) {
      const response = await service.post(retry, headers);
      assert.deepEqual(acceptedSchema.parse(await response.json()), first);
    }
  });

  it('gives other messages under the same key an identity of their own, through whatever process', async () => {
    const headers = { 'idempotency-key': 'order-by-two' };
    const other = await runService();
    try {
      assert.equal((await service.post(MESSAGE, headers)).status, 202);
      assert.equal((await other.post({ ...MESSAGE, country: 'FR' }, headers)).status, 202);
      const [one] = service.kafka.messages;
      const [two] = other.kafka.messages;
      assert.ok(one?.key && two?.key && one.key !== two.key);
    } finally {
      await other.stop();
    }
  });

  it('refuses an Idempotency-Key that comes back with another body', async () => {
    const headers = { 'idempotency-key': 'order-2' };
    service.kafka.isUp = false;
    assert.equal((await service.post({ ...MESSAGE, country: 'FR' }, headers)).status, 503);
    service.kafka.isUp = true;
    // Nothing was published under it yet, so it is still free.
    assert.equal((await service.post(MESSAGE, headers)).status, 202);
    const response = await service.post({ ...MESSAGE, country: 'FR' }, headers);
    assert.equal(response.status, 422);
    assert.equal((await problemOf(response)).type, 'urn:problem-type:caudal:idempotency-key-reused');
    assert.equal(service.kafka.bodies.length, 1);
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

  it('refuses a message too large for a broker before either is asked, and says which', async () => {
    service.kafka.maxBytes = 600;
    const headers = { 'idempotency-key': 'order-too-large' };
    const large = { ...MESSAGE, description: 'x'.repeat(800) };
    const before = await service.metrics();
    const response = await service.post([MESSAGE, large], headers);
    assert.equal(response.status, 413);
    const { type, errors, brokers } = await problemOf(response);
    assert.equal(type, 'urn:problem-type:caudal:message-too-large');
    assert.deepEqual(brokers, ['kafka']);
    assert.equal(errors?.length, 1);
    assert.equal(errors[0]?.index, 1);
    assert.match(errors[0]?.reason ?? '', /^has \d+ bytes with its envelope; the limit of kafka is 600/);
    nothingPublished();
    const refused = 'caudal_ingest_messages_total{country="ES",outcome="refused"}';
    assert.equal(metricValue(await service.metrics(), refused) - metricValue(before, refused), 2);
    // Nothing was published under the key, so it is still free.
    assert.equal((await service.post(MESSAGE, headers)).status, 202);
  });

  it('says that a retry does not help if a broker refuses a message permanently', async () => {
    service.kafka.failure = new AppError('BROKER_REFUSED', 'Kafka refused a message of 70000 bytes');
    const response = await service.post(MESSAGE);
    assert.equal(response.status, 502);
    assert.equal(response.headers.get('retry-after'), null);
    const problem = await problemOf(response);
    assert.equal(problem.type, 'urn:problem-type:caudal:broker-refused');
    assert.deepEqual(problem.brokers, ['kafka']);
    const unconfirmed = 'caudal_ingest_messages_total{country="ES",outcome="unconfirmed"}';
    assert.ok(metricValue(await service.metrics(), unconfirmed) >= 1);
  });

  for (const key of ['with blank', 'ñ', 'x'.repeat(256)]) {
    it(`refuses the Idempotency-Key ${JSON.stringify(key.slice(0, 20))}`, async () => {
      const response = await service.post(MESSAGE, { 'idempotency-key': key });
      assert.equal(response.status, 400);
      assert.equal((await problemOf(response)).type, 'urn:problem-type:caudal:invalid-idempotency-key');
      nothingPublished();
    });
  }

  it('refuses the whole request for one bad message, and says which and why', async () => {
    const response = await service.post([MESSAGE, { ...MESSAGE, country: 'Atlantis' }, { country: 'ES' }, 7]);
    assert.equal(response.status, 400);
    assert.deepEqual((await problemOf(response)).errors, [
      {
        index: 1,
        field: 'country',
        reason: 'is not a country: use an ISO 3166-1 code such as "ES", or its English or Spanish name',
      },
      { index: 2, field: 'description', reason: 'is required' },
      { index: 2, field: 'weather', reason: 'is required' },
      { index: 3, field: '', reason: 'must be an object with description, country and weather' },
    ]);
    nothingPublished();
  });

  const refusals: ReadonlyArray<{
    readonly what: string;
    readonly body: string | Uint8Array;
    readonly headers?: Record<string, string>;
    readonly status: number;
    readonly problem: string;
  }> = [
    { what: 'no body', body: '', status: 400, problem: 'malformed-json' },
    { what: 'an empty array', body: '[]', status: 400, problem: 'no-messages' },
    { what: 'half an object', body: '{"description":', status: 400, problem: 'malformed-json' },
    {
      what: 'a __proto__ field',
      body: `{"__proto__":{},${JSON.stringify(MESSAGE).slice(1)}`,
      status: 400,
      problem: 'invalid-messages',
    },
    {
      what: 'bytes that are not UTF-8',
      body: Uint8Array.of(0x22, 0xff, 0x22),
      status: 400,
      problem: 'not-utf-8',
    },
    {
      what: 'too many messages',
      body: `[${'1,'.repeat(1_000)}1]`,
      status: 400,
      problem: 'too-many-messages',
    },
    { what: 'a large body', body: ' '.repeat(2_049), status: 413, problem: 'body-too-large' },
    {
      what: 'plain text',
      body: 'x',
      headers: { 'content-type': 'text/plain' },
      status: 415,
      problem: 'unsupported-media-type',
    },
    {
      what: 'Latin-1',
      body: '{}',
      headers: { 'content-type': 'application/json; charset=latin1' },
      status: 415,
      problem: 'unsupported-media-type',
    },
    {
      what: 'a compressed body',
      body: '{}',
      headers: { 'content-encoding': 'gzip' },
      status: 415,
      problem: 'unsupported-media-type',
    },
  ];
  for (const { what, body, headers, status, problem } of refusals) {
    it(`refuses ${what} with ${status}`, async () => {
      const response = await service.post(body, headers);
      assert.equal(response.status, status);
      assert.equal((await problemOf(response)).type, `urn:problem-type:caudal:${problem}`);
      nothingPublished();
    });
  }

  it('says where the body stops being JSON', async () => {
    const problem = await problemOf(await service.post('{\n  "country": ES\n}'));
    assert.equal(problem.position, 15);
    assert.match(problem.detail, /line 2, column 14/);
  });

  for (const name of ['rabbitmq', 'kafka'] as const) {
    it(`publishes nothing while ${name} is down, and names it`, async () => {
      service[name].isUp = false;
      const response = await service.post(MESSAGE);
      assert.equal(response.status, 503);
      assert.equal(response.headers.get('retry-after'), '1');
      const problem = await problemOf(response);
      assert.equal(problem.type, 'urn:problem-type:caudal:broker-unavailable');
      assert.deepEqual(problem.brokers, [name]);
      nothingPublished();
      const ready = await service.ready();
      assert.equal(ready.status, 503);
      assert.equal((ready.body as { checks: Record<string, { ok: boolean }> }).checks[name]?.ok, false);
    });

    it(`never answers 202 when ${name} alone does not confirm, and names it`, async () => {
      service[name].hold();
      const response = await service.post(MESSAGE);
      assert.equal(response.status, 503);
      assert.equal(response.headers.get('retry-after'), '1');
      const problem = await problemOf(response);
      assert.equal(problem.type, 'urn:problem-type:caudal:unconfirmed');
      assert.deepEqual(problem.brokers, [name]);
      assert.match(problem.detail, /same Idempotency-Key/);
    });
  }

  it('names both brokers when neither takes the message', async () => {
    for (const broker of [service.rabbitmq, service.kafka]) {
      broker.failure = new AppError('BROKER_UNROUTABLE', 'returned');
    }
    assert.deepEqual((await problemOf(await service.post(MESSAGE))).brokers, ['rabbitmq', 'kafka']);
  });

  it('counts messages by country and outcome, and requests by route and status', async () => {
    const before = await service.metrics();
    const startedAt = performance.now();
    await service.post([MESSAGE, { ...MESSAGE, country: 'FR' }]);
    await service.post([
      { ...MESSAGE, country: 'FR' },
      { ...MESSAGE, country: 'Atlantis' },
    ]);
    service.kafka.hold();
    await service.post({ ...MESSAGE, country: 'DE' });
    const after = await service.metrics();
    const grown = (series: string): number => metricValue(after, series) - metricValue(before, series);
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

describe('other paths and methods', () => {
  let service: RunningService;
  before(async () => {
    service = await runService();
  });
  after(() => service.stop());

  it('answers 404', async () => {
    const response = await fetch(`${service.url}/nothing`);
    assert.equal(response.status, 404);
    await problemOf(response);
  });

  it('answers 405 and says what is allowed', async () => {
    for (const [path, method, allow] of [
      ['/messages', 'GET', 'POST, OPTIONS'],
      ['/process', 'PUT', 'POST, OPTIONS'],
      ['/openapi.json', 'POST', 'GET, HEAD, OPTIONS'],
      ['/docs', 'DELETE', 'GET, HEAD, OPTIONS'],
    ] as const) {
      const response = await fetch(`${service.url}${path}`, { method });
      assert.equal(response.status, 405);
      assert.equal(response.headers.get('allow'), allow);
      await problemOf(response);
    }
  });

  it('answers OPTIONS', async () => {
    const response = await fetch(`${service.url}/messages`, { method: 'OPTIONS' });
    assert.equal(response.status, 204);
    assert.equal(response.headers.get('allow'), 'POST, OPTIONS');
  });

  it('answers 400 to a path that cannot be decoded', async () => {
    const response = await fetch(`${service.url}/docs/%E0%A4%A`);
    assert.ok([400, 404].includes(response.status));
    await problemOf(response);
  });

  it('takes over a sane X-Request-Id and no other', async () => {
    const ask = async (id: string): Promise<string | null> =>
      (await fetch(`${service.url}/nothing`, { headers: { 'x-request-id': id } })).headers.get(
        'x-request-id',
      );
    assert.equal(await ask('trace-1'), 'trace-1');
    assert.notEqual(await ask('x'.repeat(200)), 'x'.repeat(200));
    assert.notEqual(await ask('a b"<script>'), 'a b"<script>');
    const accepted = await service.post(MESSAGE, { 'x-request-id': 'trace-2' });
    assert.equal(accepted.headers.get('x-request-id'), 'trace-2');
  });

  it('does not let odd requests grow the metrics', async () => {
    await fetch(`${service.url}/warm-up`);
    const series = async (): Promise<number> => (await service.metrics()).match(/^caudal_/gm)?.length ?? 0;
    const before = await series();
    const methods = ['GET', 'PUT', 'DELETE', 'PATCH'] as const;
    for (let batch = 0; batch < 20; batch += 1) {
      await Promise.all(
        Array.from({ length: 50 }, async (_, n) => {
          const id = batch * 50 + n;
          const response = await fetch(`${service.url}/odd-${id}`, { method: methods[id % 4] ?? 'GET' });
          await response.arrayBuffer();
          const refused = await service.post({ ...MESSAGE, country: `odd-${id}` });
          await refused.arrayBuffer();
        }),
      );
    }
    // A series each for the refused country, the two statuses; nothing for any of the 2,000 inputs.
    assert.ok((await series()) <= before + 5);
  });
});

describe('API keys', () => {
  const KEY = 'a-secret-of-some-length';
  const OTHER = 'another-secret-of-some-length';
  let service: RunningService;
  before(async () => {
    service = await runService({ API_KEYS: `${KEY}, ${OTHER}` });
  });
  after(() => service.stop());

  it('are taken from X-API-Key or as a bearer token', async () => {
    assert.equal((await service.post(MESSAGE, { 'x-api-key': KEY })).status, 202);
    assert.equal((await service.post(MESSAGE, { authorization: `Bearer ${OTHER}` })).status, 202);
  });

  it('are needed', async () => {
    for (const headers of [{}, { 'x-api-key': 'wrong' }, { authorization: `Basic ${KEY}` }]) {
      const response = await service.post(MESSAGE, headers);
      assert.equal(response.status, 401);
      assert.equal(response.headers.get('www-authenticate'), 'Bearer');
      await problemOf(response);
    }
  });

  it('keep the Idempotency-Keys of callers apart', async () => {
    const firstOf = async (key: string) => {
      const response = await service.post(MESSAGE, { 'x-api-key': key, 'idempotency-key': 'same' });
      return acceptedSchema.parse(await response.json()).first.key;
    };
    assert.equal(await firstOf(KEY), await firstOf(KEY));
    assert.notEqual(await firstOf(KEY), await firstOf(OTHER));
  });
});

describe('the rate limit', () => {
  it('answers 429 with Retry-After above it, without publishing', async () => {
    const service = await runService({ RATE_LIMIT_PER_SECOND: '1' });
    try {
      // Two windows at most can turn during these, so at least one of ten is above the limit.
      const responses = await Promise.all(Array.from({ length: 10 }, () => service.post(MESSAGE)));
      const limited = responses.filter((response) => response.status === 429);
      assert.ok(limited.length > 0);
      for (const response of limited) {
        assert.equal(response.headers.get('retry-after'), '1');
        await problemOf(response);
      }
      assert.equal(service.kafka.bodies.length, responses.length - limited.length);
    } finally {
      await service.stop();
    }
  });
});

describe('the rate limit behind proxies', () => {
  const spread = async (trustProxyHops: string): Promise<number> => {
    const service = await runService({ RATE_LIMIT_PER_SECOND: '1', TRUST_PROXY_HOPS: trustProxyHops });
    try {
      const responses = await Promise.all(
        Array.from({ length: 10 }, (_, n) => service.post(MESSAGE, { 'x-forwarded-for': `192.0.2.${n}` })),
      );
      return responses.filter((response) => response.status === 429).length;
    } finally {
      await service.stop();
    }
  };

  it('goes by the address that a trusted proxy saw', async () => {
    assert.equal(await spread('1'), 0);
  });

  it('does not believe the header where no proxy is trusted', async () => {
    assert.ok((await spread('0')) > 0);
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
