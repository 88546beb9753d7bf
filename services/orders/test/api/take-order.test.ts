import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { AppError } from '@caudal/common/errors';
import { metricValue } from '@caudal/common/testing';
import { acceptedSchema } from '../../src/api/openapi.ts';
import { CATALOGUE, problemOf, type RunningApi, runApi } from './support/run-api.ts';

const ORDER = { row: 87, email: 'ana@example.com', language: 'en' };

function idsOf({ shop }: RunningApi): ReadonlySet<string> {
  return new Set(shop.written.map(({ orderid }) => orderid));
}

describe('an order', () => {
  let api: RunningApi;
  let known: ReadonlySet<string>;
  before(async () => {
    api = await runApi({ PUBLISH_TIMEOUT_MS: '300' });
  });
  beforeEach(() => {
    known = idsOf(api);
  });
  after(() => api.stop());

  /** What was written since the beginning of the test. */
  const written = () => api.shop.written.filter(({ orderid }) => !known.has(orderid));

  it('is accepted with its id and where to look', async () => {
    const response = await api.order(ORDER);
    assert.equal(response.status, 202);
    const { id, estado, url } = acceptedSchema.parse(await response.json());
    assert.equal(estado, 'aceptado');
    assert.equal(url, `/orders/${id}`);
    assert.equal(response.headers.get('location'), url);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const record = api.shop.written.find(({ orderid }) => orderid === id);
    const game = CATALOGUE.byRow(87);
    assert.ok(game && record);
    const { acceptedAt, ...rest } = record;
    assert.ok(acceptedAt > 0);
    assert.deepEqual(rest, {
      version: 1,
      orderid: id,
      gameid: game.id,
      row: 87,
      name: game.name,
      priceCents: game.priceCents,
      usermail: 'ana@example.com',
      language: 'en',
    });
  });

  it('names its game by id as well, and is in Spanish unless it says so', async () => {
    const game = CATALOGUE.byRow(12_000);
    assert.ok(game);
    const response = await api.order({ gameId: game.id, email: 'ana@example.com' });
    const { id } = acceptedSchema.parse(await response.json());
    const record = api.shop.written.find(({ orderid }) => orderid === id);
    assert.equal(record?.row, 12_000);
    assert.equal(record?.language, 'es');
  });

  it('is the same when it is sent again under its key, and another without one', async () => {
    const key = { 'idempotency-key': 'one' };
    const answers = [
      await api.order(ORDER, key),
      await api.order({ ...ORDER }, key),
      // Written differently, it is the same order.
      await api.order(
        `{"email":"ana@example.com", "language":"en",\n "gameId": ${CATALOGUE.byRow(87)?.id}}`,
        key,
      ),
      await api.order(ORDER),
      await api.order(ORDER),
    ];
    const ids = await Promise.all(
      answers.map(async (answer) => acceptedSchema.parse(await answer.json()).id),
    );
    assert.equal(new Set(ids.slice(0, 3)).size, 1);
    assert.equal(new Set(ids).size, 3);
  });

  it('is refused under the key of another order: 422, and nothing is written', async () => {
    const key = { 'idempotency-key': 'two' };
    assert.equal((await api.order(ORDER, key)).status, 202);
    known = idsOf(api);
    for (const other of [{ row: 88 }, { email: 'eva@example.com' }, { language: 'es' }]) {
      const response = await api.order({ ...ORDER, ...other }, key);
      assert.equal(response.status, 422);
      const problem = await problemOf(response);
      assert.equal(problem.kind, 'idempotency-key-reused');
      assert.match(problem.detail, /use a new key/);
    }
    assert.deepEqual(written(), []);
    assert.equal((await api.order(ORDER, key)).status, 202);
  });

  it('that was refused leaves its key free', async () => {
    const key = { 'idempotency-key': 'three' };
    assert.equal((await api.order({ ...ORDER, row: 0 }, key)).status, 400);
    assert.equal((await api.order(ORDER, key)).status, 202);
  });

  const refusals: readonly (readonly [string, unknown, readonly (readonly [string, RegExp])[]])[] = [
    ['row 0', { ...ORDER, row: 0 }, [['row', /0 is not in the catalogue: it has 12000 games/]]],
    ['row 12,001', { ...ORDER, row: 12_001 }, [['row', /12001 is not in the catalogue/]]],
    ['a negative row', { ...ORDER, row: -1 }, [['row', /-1 is not in the catalogue/]]],
    ['a row of a billion', { ...ORDER, row: 1e9 }, [['row', /not in the catalogue/]]],
    ['half a row', { ...ORDER, row: 1.5 }, [['row', /must be a whole number/]]],
    ['a row beyond exact numbers', { ...ORDER, row: 1e300 }, [['row', /./]]],
    ['a row as text', { ...ORDER, row: '87abc' }, [['row', /must be a whole number/]]],
    ['a row as digits in text', { ...ORDER, row: '87' }, [['row', /must be a whole number/]]],
    ['no row at all', { email: ORDER.email }, [['row', /is required, or gameId/]]],
    ['a null row', { ...ORDER, row: null }, [['row', /must be a whole number/]]],
    ['both row and gameId', { ...ORDER, gameId: 10 }, [['gameId', /must not be sent with row/]]],
    ['an unknown game', { gameId: -5, email: ORDER.email }, [['gameId', /-5 is not in the catalogue/]]],
    ['no address', { row: 87 }, [['email', /is required/]]],
    ['an address that is no text', { row: 87, email: ['ana@example.com'] }, [['email', /must be a string/]]],
    [
      'an address with CRLF',
      { row: 87, email: 'ana@example.com\r\nBcc: eva@example.com' },
      [['email', /line breaks/]],
    ],
    [
      'an address of 300 characters',
      { row: 87, email: `${'a'.repeat(288)}@example.com` },
      [['email', /300 characters/]],
    ],
    ['an address of a person', { row: 87, email: 'person@company.test' }, [['email', /ALLOWED_RECIPIENTS/]]],
    ['an unknown language', { ...ORDER, language: 'fr' }, [['language', /must be one of es, en/]]],
    ['unknown fields', { ...ORDER, price: 0, state: 4 }, [['', /unknown fields: "price", "state"/]]],
    [
      'two problems',
      { row: 0, email: '' },
      [
        ['row', /not in the/],
        ['email', /must be an address/],
      ],
    ],
    ['an array', [ORDER], [['', /must be one JSON object/]]],
    ['null', null, [['', /must be one JSON object/]]],
    ['a text', '"87"', [['', /must be one JSON object/]]],
    ['__proto__', '{"row":87,"email":"ana@example.com","__proto__":{"row":1}}', [['', /./]]],
  ];
  for (const [what, body, expected] of refusals) {
    it(`is refused with its field, and nothing is written: ${what}`, async () => {
      const response = await api.order(body);
      assert.equal(response.status, 400);
      const problem = await problemOf(response);
      assert.equal(problem.kind, 'invalid-order');
      assert.match(problem.detail, /Nothing was ordered/);
      assert.deepEqual(
        problem.errors?.map(({ field }) => field),
        expected.map(([field]) => field),
      );
      for (const [index, [, reason]] of expected.entries())
        assert.match(problem.errors?.[index]?.reason ?? '', reason);
      assert.deepEqual(written(), []);
    });
  }

  it('is refused as a whole where it is no order at all', async () => {
    const json = { 'content-type': 'application/json' };
    const cases: readonly (readonly [string, RequestInit, number, string])[] = [
      ['bad JSON', { headers: json, body: '{"row": 87,}' }, 400, 'malformed-json'],
      ['an empty body', { headers: json, body: '' }, 400, 'malformed-json'],
      [
        'Latin-1',
        { headers: json, body: Buffer.from('{"row":87,"email":"a\xf1o"}', 'latin1') },
        400,
        'not-utf-8',
      ],
      [
        'a body of 1 MB',
        { headers: json, body: JSON.stringify({ ...ORDER, pad: 'x'.repeat(1e6) }) },
        413,
        'body-too-large',
      ],
      [
        'another type',
        { headers: { 'content-type': 'text/plain' }, body: '{}' },
        415,
        'unsupported-media-type',
      ],
      [
        'a form',
        { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'row=87' },
        415,
        'unsupported-media-type',
      ],
      ['no type', { body: Buffer.from('{}') }, 415, 'unsupported-media-type'],
      [
        'a bad key',
        { headers: { ...json, 'idempotency-key': 'a b' }, body: JSON.stringify(ORDER) },
        400,
        'invalid-idempotency-key',
      ],
    ];
    for (const [what, init, status, kind] of cases) {
      const response = await fetch(`${api.url}/orders`, { method: 'POST', ...init });
      assert.equal(response.status, status, what);
      assert.equal((await problemOf(response)).kind, kind, what);
    }
    assert.deepEqual(written(), []);
  });

  it('is refused while the log is away, by its name, and nothing is written', async () => {
    api.shop.log.faults.down = true;
    const response = await api.order(ORDER, { 'idempotency-key': 'four' });
    api.shop.log.faults.down = false;
    assert.equal(response.status, 503);
    assert.equal(response.headers.get('retry-after'), '1');
    const problem = await problemOf(response);
    assert.equal(problem.kind, 'broker-unavailable');
    assert.deepEqual(problem.brokers, ['kafka']);
    assert.deepEqual(written(), []);
    // The key is free.
    assert.equal((await api.order({ ...ORDER, row: 88 }, { 'idempotency-key': 'four' })).status, 202);
  });

  it('has an unknown outcome without a confirm in time, and is one order after a retry', async () => {
    const key = { 'idempotency-key': 'five' };
    const lost = new AppError('BROKER_TIMEOUT', 'kafka: no reply', { retriable: true });
    for (let attempt = 0; attempt < 100; attempt += 1) api.shop.log.faults.failNext(lost, attempt === 0);
    const response = await api.order(ORDER, key);
    assert.equal(response.status, 503);
    assert.equal((await problemOf(response)).kind, 'unconfirmed');
    while (api.shop.log.faults.next()) void 0;
    const { id } = acceptedSchema.parse(await (await api.order(ORDER, key)).json());
    assert.equal(written().length, 2);
    assert.ok(written().every(({ orderid }) => orderid === id));
  });

  it('is refused where the broker will never take it', async () => {
    api.shop.log.faults.failNext(new AppError('BROKER_REFUSED', 'kafka: too large'));
    const response = await api.order(ORDER);
    assert.equal(response.status, 502);
    assert.equal((await problemOf(response)).kind, 'broker-refused');
  });

  it('gives the memory of its body back, accepted or refused', async () => {
    const small = await runApi({ MAX_BUFFERED_BYTES: String(2 ** 20) });
    try {
      const padding = ' '.repeat(15_000);
      for (let index = 0; index < 80; index += 1) {
        const row = index % 2 === 0 ? 87 : 0;
        const response = await small.order(`${JSON.stringify({ ...ORDER, row })}${padding}`);
        assert.equal(response.status, row === 0 ? 400 : 202);
      }
    } finally {
      await small.stop();
    }
  });

  it('is accepted while the database is away', async () => {
    api.shop.isDatabaseAway = true;
    try {
      assert.equal((await api.order(ORDER)).status, 202);
      assert.equal(await api.ready(), 200);
    } finally {
      api.shop.isDatabaseAway = false;
    }
  });

  it('is counted by its outcome', async () => {
    const value = async (outcome: string) =>
      metricValue(await api.metrics(), `caudal_orders_total{outcome="${outcome}"}`) ?? 0;
    const [accepted, refused] = [await value('accepted'), await value('refused')];
    await api.order(ORDER);
    await api.order({ ...ORDER, row: 0 });
    assert.equal(await value('accepted'), accepted + 1);
    assert.equal(await value('refused'), refused + 1);
    assert.ok((await value('unconfirmed')) >= 2);
    const metrics = await api.metrics();
    for (const series of ['requests_total{route="/orders",status="202"}', 'request_seconds_count'])
      assert.ok((metricValue(metrics, `caudal_orders_${series}`) ?? 0) > 0, series);
  });
});

describe('the form of the first API', () => {
  let api: RunningApi;
  before(async () => {
    api = await runApi();
  });
  after(() => api.stop());

  it('orders the game of a row for the default address', async () => {
    const response = await api.form('value=87');
    assert.equal(response.status, 202);
    assert.equal(await response.text(), 'Transaccion enviada!');
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain/);
    const [record] = api.shop.written;
    assert.equal(response.headers.get('location'), `/orders/${record?.orderid}`);
    assert.equal(record?.row, 87);
    assert.equal(record?.usermail, 'cliente@example.com');
  });

  it('refuses everything but one row, by its field', async () => {
    const count = api.shop.written.length;
    for (const [body, field] of [
      ['', 'value'],
      ['value=', 'value'],
      ['value=0', 'value'],
      ['value=-1', 'value'],
      ['value=12001', 'value'],
      ['value=87abc', 'value'],
      ['value=8.7', 'value'],
      ['value=0x57', 'value'],
      ['value=1e1', 'value'],
      ['value=+87', 'value'],
      ['value=99999999999999999999', 'value'],
      ['value=87&value=88', 'value'],
      ['value=87&email=eva@example.com', 'email'],
      ['value[]=87', 'value[]'],
      ['row=87', 'row'],
    ] as const) {
      const response = await api.form(body);
      assert.equal(response.status, 400, body);
      const problem = await problemOf(response);
      assert.equal(problem.kind, 'invalid-order', body);
      assert.deepEqual(
        problem.errors?.map((error) => error.field),
        [field],
        body,
      );
    }
    assert.equal(api.shop.written.length, count);
  });

  it('refuses JSON and large bodies', async () => {
    assert.equal((await api.form('{"value":87}', { 'content-type': 'application/json' })).status, 415);
    assert.equal((await api.form(`value=${'8'.repeat(1e6)}`)).status, 413);
  });
});
