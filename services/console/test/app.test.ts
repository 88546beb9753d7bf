import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Account, LaneReport } from '@caudal/common/account';
import { createHttpServer, type HttpServer } from '@caudal/common/http';
import { createFakeLane, type FakeLane } from './support/fake-lane.ts';
import { createTestApp } from './support/test-app.ts';

describe('the console API', () => {
  let servers: HttpServer[];
  let left: FakeLane;
  let right: FakeLane;

  beforeEach(async () => {
    servers = [];
    left = await createFakeLane('left');
    right = await createFakeLane('right');
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.close()));
  });

  async function serve(listener: RequestListener): Promise<string> {
    const server = createHttpServer(listener);
    servers.push(server);
    return `http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
  }
  const start = (prometheusUrl?: string) =>
    serve(
      createTestApp({
        readers: [left.reader, right.reader],
        prometheusUrl,
      }),
    );
  const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${url}/api/account`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const lanesOf = async (url: string, query = '') =>
    ((await (await fetch(`${url}/api/lanes${query}`)).json()) as { lanes: LaneReport[] }).lanes;

  it('says what each lane holds, the identities only when asked', async () => {
    await left.add('ES', 3);
    const url = await start();
    const [lane] = await lanesOf(url);
    assert.deepEqual(lane, {
      lane: 'left',
      broker: 'rabbitmq',
      store: 'memory',
      totals: { total: 3, byCountry: { ES: 3 }, byWeather: { sunny: 3 }, identities: null },
      backlog: {
        messages: 0,
        covers: 'waiting and in hand',
        waiting: 0,
        inHand: 0,
        bySource: { message: 0 },
        deadLetters: 0,
        consumers: 1,
        secondsBehind: 0,
      },
      perSecond: null,
      errors: {},
    });
    const [counted] = await lanesOf(url, '?identities=1');
    assert.equal(counted?.totals?.identities, 3);
    assert.equal(counted?.totals?.expiryMark, 'memory');
    assert.ok(Math.abs((counted?.totals?.readAt ?? 0) - Date.now()) < 60_000);
  });

  it('names what fails in one lane and still reads the other', async () => {
    await right.add('ES', 1);
    left.storeError = 'valkey: gone';
    left.brokerError = 'rabbitmq: gone';
    const [broken, healthy] = await lanesOf(await start());
    assert.deepEqual([broken?.totals, broken?.backlog], [null, null]);
    assert.deepEqual(broken?.errors, { store: 'valkey: gone', broker: 'rabbitmq: gone' });
    assert.deepEqual([healthy?.totals?.total, healthy?.errors], [1, {}]);
  });

  it('compares the lanes with each other', async () => {
    await left.add('ES', 3);
    await right.add('ES', 2);
    const url = await start();
    const read = async () => (await (await fetch(`${url}/api/account`)).json()) as Record<string, unknown>;
    const before = await read();
    assert.equal(before.agree, false);
    assert.deepEqual(before.differences, [{ country: 'ES', byLane: { left: 3, right: 2 } }]);
    assert.match(JSON.stringify(before.accepted), /PROMETHEUS_URL is not set/);
    await right.add('ES', 1);
    assert.equal((await read()).agree, true);
    right.backlog = { ...right.backlog, messages: 1 };
    assert.equal((await read()).agree, false);
  });

  it('expects a lane that takes some countries to hold those alone', async () => {
    right = await createFakeLane('right', ['ES']);
    await left.add('ES', 3);
    await left.add('FR', 2);
    await right.add('ES', 3);
    const url = await start();
    const compared = async () =>
      (await (await fetch(`${url}/api/account`)).json()) as { agree: boolean; differences: unknown };
    assert.deepEqual(
      (await lanesOf(url)).map(({ countries }) => countries),
      [undefined, ['ES']],
    );
    assert.equal((await compared()).agree, true);
    const before = { left: { total: 0, byCountry: {} }, right: { total: 0, byCountry: {} } };
    const account = async () =>
      (await (await post(url, { accepted: { ES: 3, FR: 2 }, before })).json()) as Account;
    const exact = await account();
    assert.deepEqual([exact.exact, exact.lanes.map(({ accepted }) => accepted)], [true, [5, 3]]);

    await right.add('FR', 1);
    const { agree, differences } = await compared();
    assert.deepEqual([agree, differences], [false, [{ country: 'FR', byLane: { left: 2, right: 1 } }]]);
    const { findings } = await account();
    assert.deepEqual(findings, [{ lane: 'right', country: 'FR', kind: 'not-taken', count: 1 }]);
  });

  it('adds what Prometheus saw accepted, and says so when it does not answer', async () => {
    const queries: string[] = [];
    const prometheus = await serve((request, response) => {
      queries.push(new URL(request.url ?? '', 'http://x').searchParams.get('query') ?? '');
      response.end(JSON.stringify({ data: { result: [{ metric: { country: 'ES' }, value: [1, '3'] }] } }));
    });
    const accepted = async (url: string) =>
      ((await (await fetch(`${url}/api/account`)).json()) as { accepted: { total?: number; note: string } })
        .accepted;
    const known = await accepted(await start(prometheus));
    assert.equal(known.total, 3);
    assert.match(queries[0] ?? '', /caudal_ingest_messages_total\{outcome="accepted"\}/);
    assert.match((await accepted(await start('http://127.0.0.1:1'))).note, /Prometheus is unavailable/);
  });

  it('compares what was accepted with what was stored since', async () => {
    await left.add('FR', 4);
    await right.add('FR', 4);
    const url = await start();
    const lanes = await lanesOf(url, '?identities=1');
    const totals = Object.fromEntries(lanes.map((lane) => [lane.lane, lane.totals]));
    await left.add('ES', 2);
    await right.add('ES', 1);
    const response = await post(url, { accepted: { ES: 2 }, before: totals });
    const account = (await response.json()) as Account;
    assert.equal(response.status, 200);
    assert.equal(account.exact, false);
    assert.deepEqual(account.findings, [{ lane: 'right', country: 'ES', kind: 'lost', count: 1 }]);
    await right.add('ES', 1);
    const exact = (await (await post(url, { accepted: { ES: 2 }, before: totals })).json()) as Account;
    assert.equal(exact.exact, true);
    assert.equal(exact.lanes[0]?.identities, 2);
  });

  it('leaves identities out that may have expired since the reading before', async () => {
    const url = await start();
    const reading = (expiryMark: string, readAt: number) =>
      ({ total: 0, byCountry: {}, identities: 0, expiryMark, readAt }) as const;
    await left.add('ES', 2);
    await right.add('ES', 2);
    left.forget();
    const compare = async (before: object) =>
      (await (
        await post(url, { accepted: { ES: 2 }, before: { left: before, right: before } })
      ).json()) as Account;
    const identities = ({ lanes }: Account) => lanes.map((lane) => lane.identities);
    assert.deepEqual(identities(await compare(reading('memory', Date.now()))), [0, 2]);
    const aDayAgo = Date.now() - 86_400_000;
    const expired = await compare(reading('another', aDayAgo));
    assert.deepEqual([identities(expired), expired.exact], [[null, 2], true]);
  });

  it('answers 503 when a store cannot be read, not an account of nothing', async () => {
    const url = await start();
    const before = { left: { total: 0, byCountry: {} }, right: { total: 0, byCountry: {} } };
    right.storeError = 'redis: gone';
    const response = await post(url, { accepted: {}, before });
    assert.equal(response.status, 503);
    assert.match(await response.text(), /right: redis: gone/);
    assert.equal(response.headers.get('retry-after'), '1');
  });

  it('refuses what it cannot use with a problem document', async () => {
    const url = await start();
    const before = { left: { total: 0, byCountry: {} }, right: { total: 0, byCountry: {} } };
    const cases: [expected: number, reason: RegExp, response: Promise<Response>][] = [
      [400, /accepted/, post(url, { before })],
      [400, /alpha-2/, post(url, { accepted: { Atlantis: 1 }, before })],
      [400, /totals of right/, post(url, { accepted: {}, before: { left: before.left } })],
      [400, /JSON/, post(url, '{')],
      [400, /"field":"accepted.ES","reason":"Too small/, post(url, '{"accepted":{"ES":-1},"before":{}}')],
      [413, /smaller/, post(url, `{"accepted":"${'x'.repeat(20_000)}"}`)],
      [415, /application\/json/, post(url, 'x', { 'Content-Type': 'text/plain' })],
      [404, /api\/lanes/, fetch(`${url}/nothing`)],
      [405, /GET/, fetch(`${url}/api/lanes`, { method: 'DELETE' })],
    ];
    for (const [status, reason, answer] of cases) {
      const response = await answer;
      const text = await response.text();
      assert.equal(response.status, status, text);
      assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
      assert.match(text, reason);
    }
  });

  it('lists what it serves on its first page, and every link of it works', async () => {
    const url = await start();
    const response = await fetch(url);
    const page = await response.text();
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
    assert.match(page, /Lanes: left, right/);
    const links = Array.from(page.matchAll(/href="([^"]+)"/g), ([, path]) => path ?? '');
    assert.ok(links.includes('/api/account'));
    for (const path of links) assert.equal((await fetch(`${url}${path}`)).status, 200, path);
  });

  it('says how far a lane is behind, by the rate of its store', async () => {
    const url = await start();
    left.backlog = { ...left.backlog, messages: 100, waiting: 0, inHand: 100 };
    const [unknown] = await lanesOf(url);
    assert.deepEqual([unknown?.backlog?.inHand, unknown?.backlog?.secondsBehind], [100, null]);
    left.backlog = { ...left.backlog, messages: 0, inHand: 0 };
    assert.equal((await lanesOf(url))[0]?.backlog?.secondsBehind, 0);
  });

  it('describes itself', async () => {
    const url = await start();
    const response = await fetch(`${url}/openapi.json`);
    const document = (await response.json()) as { paths: Record<string, object> };
    assert.deepEqual(Object.keys(document.paths), [
      '/',
      '/api/lanes',
      '/api/stream',
      '/api/history',
      '/api/consumers',
      '/api/dead-letters',
      '/api/scale',
      '/api/live',
      '/api/account',
    ]);
    assert.match(response.headers.get('content-security-policy') ?? '', /default-src/);
  });
});
