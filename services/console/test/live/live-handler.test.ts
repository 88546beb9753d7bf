import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createHttpServer, type HttpServer } from '@caudal/common/http';
import { createLogger } from '@caudal/common/logging';
import { eventually } from '../../../../tools/lib/eventually.ts';
import { LiveHub, type LiveLimits } from '../../src/live/hub.ts';
import type { LiveAccess } from '../../src/live/live-handler.ts';
import type { LiveMessage, LiveMissed } from '../../src/schemas.ts';
import type { EventReader } from '../support/event-reader.ts';
import { FakeLog } from '../support/fake-log.ts';
import { openEvents } from '../support/open-events.ts';
import { createTestApp } from '../support/test-app.ts';

const METER = { delivered: () => undefined, missed: () => undefined };
const logger = createLogger('test', 'silent');

describe('GET /api/live', () => {
  let log: FakeLog;
  let hub: LiveHub;
  let server: HttpServer;
  let url: string;
  const readers: { close(): void }[] = [];

  const serve = async (live: LiveAccess) => {
    server = createHttpServer(
      createTestApp({
        live,
      }),
    );
    url = `http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
  };
  const start = async (limits: Partial<LiveLimits> = {}) => {
    hub = new LiveHub(log, logger, METER, limits);
    await serve({
      hub,
      lanes: [
        { lane: 'kafka-redis', countries: undefined },
        { lane: 'kafka-iberia', countries: ['ES', 'PT'] },
      ],
    });
  };
  const open = async (query = '', headers: Record<string, string> = {}) => {
    const reader = await openEvents(`${url}/api/live${query}`, headers);
    readers.push(reader);
    return reader;
  };
  const problem = async (query: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}/api/live${query}`, { headers });
    const { detail } = (await response.json()) as { detail: string };
    return { status: response.status, detail, retryAfter: response.headers.get('Retry-After') };
  };
  const has = (reader: EventReader, count: number) =>
    eventually(
      () => reader.data().length,
      (length) => length >= count,
      { what: `${count} messages`, everyMs: 5 },
    );

  beforeEach(() => {
    log = new FakeLog();
  });
  afterEach(async () => {
    for (const reader of readers.splice(0)) reader.close();
    await hub.close();
    await server.close();
  });

  it('streams messages as server-sent events that no proxy holds back', async () => {
    await start();
    const reader = await open();
    log.append(2);
    await has(reader, 2);
    assert.deepEqual(reader.headers['content-type'], 'text/event-stream; charset=utf-8');
    assert.equal(reader.headers['cache-control'], 'no-store');
    assert.equal(reader.headers['x-accel-buffering'], 'no');
    assert.deepEqual(reader.data<LiveMessage>()[0], {
      partition: 0,
      offset: 0,
      country: 'ES',
      weather: 'sunny',
      description: 'd',
      acceptedAt: 1,
      scope: 'p',
      sequence: 0,
    });
  });

  it('takes countries as codes or names, several of them, and those of a lane', async () => {
    await start();
    const byCode = await open('?country=JP,Francia&country=ESP');
    const byLane = await open('?lane=kafka-iberia');
    const both = await open('?lane=kafka-iberia&country=PT&country=JP');
    for (const country of ['ES', 'JP', 'PT', 'FR', 'US']) log.append(1, country);
    await has(byCode, 3);
    await has(byLane, 2);
    await has(both, 1);
    const countries = (reader: EventReader) =>
      reader
        .data<LiveMessage>()
        .map(({ country }) => country)
        .sort();
    assert.deepEqual([byCode, byLane, both].map(countries), [['ES', 'FR', 'JP'], ['ES', 'PT'], ['PT']]);
  });

  it('resumes after Last-Event-ID, which counts more than the address', async () => {
    await start();
    log.append(5);
    const first = await open('?from=earliest');
    await has(first, 5);
    const [, second] = first.events.filter(({ name }) => name === 'message');
    const again = await open('?from=earliest', { 'Last-Event-ID': second?.id ?? '' });
    await has(again, 3);
    const asked = await open(`?from=${second?.id}`);
    await has(asked, 3);
    for (const reader of [again, asked]) {
      assert.deepEqual(
        [...first.data<LiveMessage>().slice(0, 2), ...reader.data<LiveMessage>()]
          .map(({ sequence }) => sequence)
          .sort(),
        [0, 1, 2, 3, 4],
      );
    }
  });

  it('refuses what is not valid, and names what is', async () => {
    await start();
    for (const [query, expected] of [
      ['?country=Atlantis', /^country: 'Atlantis' is not a country: use ISO 3166-1 codes, such as ES/],
      [
        '?lane=rabbitmq-valkey',
        /^lane: 'rabbitmq-valkey' is not a lane of a log: use kafka-redis, kafka-iberia$/,
      ],
      ['?from=yesterday', /^from: use now, earliest, or a position as in the id of an event, such as AAAA/],
      ['?contry=ES', /contry.*parameters are country, lane and from/],
    ] as const) {
      const { status, detail } = await problem(query);
      assert.equal(status, 400, query);
      assert.match(detail, expected);
    }
    const { status } = await problem('', { 'Last-Event-ID': 'gone!' });
    assert.equal(status, 400);
  });

  it('names a position that works as the example', async () => {
    await start();
    await open();
    const { detail } = await problem('?from=yesterday');
    log.append(2);
    await has(await open(`?from=${detail.split(' ').at(-1)}`), 2);
  });

  it('takes a limited number of clients', async () => {
    await start({ maxClients: 2 });
    const first = await open();
    await open();
    assert.deepEqual(await problem(''), {
      status: 503,
      detail: '2 clients follow already.',
      retryAfter: '10',
    });
    first.close();
    await eventually(
      () => hub.clients,
      (clients) => clients === 1,
      { what: 'one client less', everyMs: 5 },
    );
    await open();
  });

  it('says why there is no live tail', async () => {
    hub = new LiveHub(log, logger, METER);
    await serve({ reason: 'LIVE is not on' });
    const { status, detail } = await problem('');
    assert.deepEqual({ status, detail }, { status: 404, detail: 'There is no live tail: LIVE is not on.' });
  });

  it('says so when the log cannot be read, and when to come back', async () => {
    await start();
    log.error = 'Kafka is away';
    assert.deepEqual(await problem(''), { status: 503, detail: 'Kafka is away', retryAfter: '2' });
  });

  it('answers HEAD without a stream', async () => {
    await start();
    const response = await fetch(`${url}/api/live`, { method: 'HEAD' });
    assert.equal(response.status, 200);
    assert.equal(hub.clients, 0);
  });

  it('ends its streams when the console stops', async () => {
    await start();
    const reader = await open();
    await hub.close();
    await reader.closed;
    await server.close();
  });

  it('keeps little for a client that reads nothing, and reports later exactly what it missed', async () => {
    await start();
    const reader = await open();
    reader.pause();
    const total = 200_000;
    for (let sent = 0; sent < total; sent += 1_000) {
      log.append(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    // The buffers of the two sockets take some tens of thousands.
    await eventually(
      () => hub.behind,
      (behind) => behind > 100_000,
      { what: 'a lag', everyMs: 20 },
    );
    reader.resume();
    const reported = () => reader.data<LiveMissed>('missed').reduce((sum, { count }) => sum + count, 0);
    await eventually(
      () => reader.data().length + reported(),
      (sum) => sum >= total,
      { what: 'the rest', everyMs: 20 },
    );
    assert.equal(reader.data().length + reported(), total);
    assert.ok(reported() > 0);
  });
});
