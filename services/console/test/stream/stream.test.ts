import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createHttpServer, type HttpServer } from '@caudal/common/http';
import { createLogger } from '@caudal/common/logging';
import { eventually } from '../../../../tools/lib/eventually.ts';
import {
  consumersSchema,
  historySchema,
  laneReportSchema,
  type StreamState,
  streamStateSchema,
} from '../../src/schemas.ts';
import { LaneWatch } from '../../src/stream/lane-watch.ts';
import { applyMergePatch } from '../../src/stream/merge-patch.ts';
import { StreamHub } from '../../src/stream/stream-hub.ts';
import { createFakeLane, type FakeLane } from '../support/fake-lane.ts';
import { FakePrometheus } from '../support/fake-prometheus.ts';
import { type OpenEvents, openEvents } from '../support/open-events.ts';
import { createTestApp } from '../support/test-app.ts';

const logger = createLogger('test', 'silent');
const TICK_MS = 10;

/** What the page shows: the snapshot and every tick since. */
function shownBy(reader: OpenEvents): StreamState | undefined {
  let state: unknown;
  for (const { name, data } of reader.events) {
    state = name === 'snapshot' ? data : applyMergePatch(state as never, data as never);
  }
  return state as StreamState | undefined;
}

describe('the stream of the lanes', () => {
  let left: FakeLane;
  let right: FakeLane;
  let prometheus: FakePrometheus | undefined;
  let hub: StreamHub;
  let server: HttpServer;
  let url: string;
  /** The clock that the light goes by. */
  let time: number;
  let reads: number;
  const readers: OpenEvents[] = [];

  const start = async (lingerMs = 1_000) => {
    const lanes = [left.reader, right.reader].map((reader) => ({
      ...reader,
      read: (options: { identities: boolean }) => {
        reads += 1;
        return reader.read(options);
      },
    }));
    const watch = new LaneWatch({
      readers: lanes,
      prometheus,
      live: () => ({ enabled: false, reason: 'LIVE is not on' }),
      scale: { enabled: false, reason: 'no right' },
      tickMs: TICK_MS,
      now: () => time,
    });
    hub = new StreamHub(watch, logger, lingerMs);
    server = createHttpServer(
      createTestApp({
        readers: lanes,
        stream: { hub, prometheus, lanes: ['left', 'right'] },
      }),
    );
    url = `http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
  };
  const open = async (headers: Record<string, string> = {}) => {
    const reader = await openEvents(`${url}/api/stream`, headers);
    readers.push(reader);
    return reader;
  };
  const shows = (reader: OpenEvents, what: string, fits: (state: StreamState) => boolean) =>
    eventually(
      () => shownBy(reader),
      (state) => state !== undefined && fits(state),
      { what, everyMs: 5 },
    );

  beforeEach(async () => {
    left = await createFakeLane('left');
    right = await createFakeLane('right');
    prometheus = undefined;
    time = Date.UTC(2026, 0, 1);
    reads = 0;
  });
  afterEach(async () => {
    for (const reader of readers.splice(0)) reader.close();
    hub.close();
    await server.close();
  });

  it('gives everything at once, and what changes with every tick', async () => {
    await left.add('ES', 3);
    await start();
    const reader = await open();
    const state = await shows(reader, 'the first state', ({ lanes }) => lanes.left?.stored?.total === 3);
    assert.deepEqual(streamStateSchema.parse(state), state, 'as the schema says');
    assert.equal(reader.events[0]?.name, 'snapshot');
    await left.add('FR', 2);
    await shows(reader, 'the new messages', ({ lanes }) => lanes.left?.stored?.byCountry.FR === 2);
    assert.deepEqual(reader.events.filter(({ name }) => name === 'snapshot').length, 1);
  });

  it('reads the lanes once for all pages, and not at all without one', async () => {
    await start(20);
    assert.equal(reads, 0);
    const pages = await Promise.all(Array.from({ length: 20 }, () => open()));
    const ticks = () => Math.min(...pages.map(({ events }) => events.length));
    const before = { reads, ticks: ticks() };
    await eventually(ticks, (count) => count >= before.ticks + 10, { what: 'ten ticks', everyMs: 5 });
    assert.ok(reads - before.reads < 2 * 10 * 5, `${reads - before.reads} reads of two lanes`);
    for (const page of pages) page.close();
    await eventually(
      async () => {
        const last = reads;
        await new Promise((resolve) => setTimeout(resolve, 10 * TICK_MS));
        return reads - last;
      },
      (more) => more === 0,
      { what: 'no more reads', everyMs: 5 },
    );
    await shows(await open(), 'a state again', () => true);
  });

  it('is red when the lanes differ at rest, and says where; then right again', async () => {
    await left.add('FR', 2);
    await right.add('FR', 1);
    await start();
    const reader = await open();
    await shows(reader, 'the start', ({ lights }) => lights.messages?.state === 'in-flight');
    time += 6_000;
    const red = await shows(reader, 'red', ({ lights }) => lights.messages?.state === 'drift');
    assert.equal(red?.lights.messages?.line, 'right is 1 short in France');
    await right.add('FR', 1);
    await shows(reader, 'a change', ({ lights }) => lights.messages?.state === 'in-flight');
    time += 6_000;
    await shows(reader, 'agreement', ({ lights }) => lights.messages?.state === 'equal');
  });

  it('is grey when a store or a broker does not answer', async () => {
    await start();
    const reader = await open();
    left.storeError = 'valkey is away';
    const grey = await shows(reader, 'grey', ({ lights }) => lights.messages?.state === 'unknown');
    assert.equal(grey?.lights.messages?.line, 'cannot tell: left: valkey is away');
    assert.equal(grey?.lanes.left?.state, 'unreadable');
    assert.equal(grey?.lanes.right?.state, 'running');
    assert.equal('stored' in (grey?.lanes.left ?? {}), false);
    left.storeError = undefined;
    right.brokerError = 'kafka is away';
    await shows(
      reader,
      'the other',
      ({ lights }) => lights.messages?.line === 'cannot tell: right: kafka is away',
    );
  });

  it('continues for a page that comes back, and starts over for one of another console', async () => {
    await start();
    const first = await open();
    await eventually(
      () => first.events.length,
      (count) => count > 3,
      { what: 'ticks', everyMs: 5 },
    );
    first.close();
    const again = await open({ 'Last-Event-ID': first.id });
    await eventually(
      () => again.events.length,
      (count) => count > 1,
      { what: 'ticks', everyMs: 5 },
    );
    assert.equal(again.events[0]?.name, 'tick');
    const other = await open({ 'Last-Event-ID': 'ffffffff-1' });
    await eventually(
      () => other.events.length,
      (count) => count > 0,
      { what: 'a snapshot', everyMs: 5 },
    );
    assert.equal(other.events[0]?.name, 'snapshot');
  });

  it('keeps what the charts show, as long as it is watched', async () => {
    await start();
    await left.add('ES', 3);
    const reader = await open();
    await eventually(
      () => reader.events.length,
      (count) => count > 5,
      { what: 'ticks', everyMs: 5 },
    );
    const history = historySchema.parse(await (await fetch(`${url}/api/history`)).json());
    assert.equal(history.source, 'memory');
    assert.ok(history.at.length > 4);
    assert.equal(history.lanes.left?.backlog.length, history.at.length);
  });

  it('asks Prometheus for the past where there is one', async () => {
    prometheus = new FakePrometheus();
    const at = Math.floor(Date.now() / 1_000);
    prometheus.ranges = [
      ['by (lane) (rate(caudal_stored', [{ labels: { lane: 'left' }, values: [[at - 30, 12.5]] }]],
    ];
    await start();
    const history = historySchema.parse(await (await fetch(`${url}/api/history?minutes=2`)).json());
    assert.equal(history.source, 'prometheus');
    assert.equal(history.at.length, 121);
    assert.deepEqual(
      history.lanes.left?.perSecond.filter((value) => value !== null),
      [12.5],
    );
    prometheus.error = 'gone';
    assert.equal((await fetch(`${url}/api/history`)).status, 503);
  });

  it('adds latencies to the lanes where there is a Prometheus, and does without where it is away', async () => {
    prometheus = new FakePrometheus();
    const quantile = (q: string, value: number) => ({ labels: { lane: 'left', q }, value });
    prometheus.answers = [
      ['caudal_end_to_end_seconds_bucket', [quantile('0.5', 1), quantile('0.95', 2), quantile('0.99', 3)]],
    ];
    await start();
    const read = async () => {
      const { lanes } = (await (await fetch(`${url}/api/lanes`)).json()) as { lanes: unknown[] };
      return lanes.map((lane) => laneReportSchema.parse(lane).seconds);
    };
    assert.deepEqual(await read(), [{ p50: 1, p95: 2, p99: 3 }, null]);
    prometheus.error = 'gone';
    assert.deepEqual(await read(), [undefined, undefined]);
  });

  it('refuses a length of history that is none', async () => {
    await start();
    for (const minutes of ['0', '-1', 'x', '1441', '5.5']) {
      const response = await fetch(`${url}/api/history?minutes=${minutes}`);
      assert.equal(response.status, 400);
      assert.match(
        ((await response.json()) as { detail: string }).detail,
        /^minutes: must be a whole number/,
      );
    }
  });

  it('lists the consumers, or says why it cannot', async () => {
    await start();
    const answer = consumersSchema.parse(await (await fetch(`${url}/api/consumers`)).json());
    assert.deepEqual(answer, {
      consumers: [],
      partitions: {},
      note: 'PROMETHEUS_URL is not set: accepted messages are unknown.',
    });
  });
});
