import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createHttpServer, type HttpServer } from '@caudal/common/http';
import { createLogger } from '@caudal/common/logging';
import { encodeEnvelope } from '@caudal/common/message';
import {
  createDeadLetterReader,
  createLogTail,
  createPublisher,
  type MessagePublisher,
  type ParkedMessage,
  readBroker,
} from '@caudal/common/messaging';
import { deleteTopics, eventually, uniqueName, useServers } from '@caudal/common/testing';
import { Kafka, logLevel } from 'kafkajs';
import { LiveHub, type LiveLimits } from '../../src/live/hub.ts';
import type { LiveMessage, LiveMissed } from '../../src/schemas.ts';
import type { EventReader } from '../support/event-reader.ts';
import { type OpenEvents, openEvents } from '../support/open-events.ts';
import { createTestApp } from '../support/test-app.ts';

const servers = useServers('kafka');
const logger = createLogger('test', 'silent');
const METER = { delivered: () => undefined, missed: () => undefined };

describe('the live tail of a real Kafka', () => {
  let topic: string;
  let publisher: MessagePublisher;
  let hub: LiveHub;
  let server: HttpServer;
  let url: string;
  let sent: number;
  const readers: OpenEvents[] = [];
  const brokers = () => servers().addresses.kafka.brokers.split(',');
  const broker = () =>
    readBroker(
      'kafka',
      { KAFKA_BROKERS: brokers().join(','), KAFKA_TOPIC: topic, KAFKA_DEAD_LETTER_TOPIC: `${topic}.dead` },
      'test',
    );

  const startConsole = async (limits: Partial<LiveLimits> = {}, port = 0) => {
    const tail = await createLogTail(broker(), { logger });
    assert.ok(tail);
    hub = new LiveHub(tail, logger, METER, limits);
    server = createHttpServer(
      createTestApp({
        live: { hub, lanes: [{ lane: 'kafka-redis', countries: undefined }] },
      }),
    );
    url = `http://127.0.0.1:${await server.listen('127.0.0.1', port)}`;
  };
  const stopConsole = async () => {
    await hub.close();
    await server.close();
  };
  const open = async (query = '', headers: Record<string, string> = {}) => {
    const reader = await openEvents(`${url}/api/live${query}`, headers);
    readers.push(reader);
    return reader;
  };
  /** Sends messages whose sequences count up; repeats a publish that was not confirmed under the same identities. */
  const post = async (count: number, country = 'ES') => {
    const first = sent;
    sent += count;
    const bodies = Array.from({ length: count }, (_, i) =>
      encodeEnvelope({
        description: 'd',
        country,
        weather: 'sunny',
        producer: 'p',
        sequence: first + i,
        acceptedAt: Date.now(),
      }),
    );
    await eventually(
      () => publisher.publish(bodies),
      () => true,
      { what: 'a confirm', pastErrors: true },
    );
  };
  const sequences = (...parts: readonly EventReader[]) =>
    parts
      .flatMap((reader) => reader.data<LiveMessage>().map(({ sequence }) => sequence))
      .sort((a, b) => a - b);
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
  const has = (count: number, ...parts: readonly EventReader[]) =>
    eventually(
      () => new Set(sequences(...parts)).size,
      (size) => size >= count,
      { what: `${count} messages` },
    );

  beforeEach(async () => {
    topic = uniqueName('live');
    sent = 0;
    publisher = await createPublisher(broker(), { logger });
    await publisher.connect();
    await startConsole();
  });
  afterEach(async () => {
    for (const reader of readers.splice(0)) reader.close();
    await stopConsole();
    await publisher.close();
    await deleteTopics(brokers(), [topic, `${topic}.dead`]);
  });

  it('delivers a burst of 1,000 completely, in the order of each partition, to every viewer', async () => {
    const viewers = await Promise.all(Array.from({ length: 5 }, () => open()));
    await Promise.all([post(400), post(400), post(200)]);
    for (const viewer of viewers) {
      await has(1_000, viewer);
      assert.equal(viewer.data('message').length, 1_000, 'none twice');
      const last = new Map<number, number>();
      for (const { partition, offset } of viewer.data<LiveMessage>()) {
        assert.ok((last.get(partition) ?? -1) < offset);
        last.set(partition, offset);
      }
    }
  });

  it('joins no group, commits nothing and writes nothing', async () => {
    const admin = new Kafka({ clientId: 'test', brokers: brokers(), logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      const groups = async () => (await admin.listGroups()).groups.map(({ groupId }) => groupId);
      const before = await groups();
      const viewer = await open('?from=earliest');
      await post(100);
      await has(100, viewer);
      assert.deepEqual(await groups(), before);
      const offsets = await admin.fetchTopicOffsets(topic);
      assert.equal(
        offsets.reduce((sum, { high }) => sum + Number(high), 0),
        100,
      );
    } finally {
      await admin.disconnect();
    }
  });

  it('resumes without a gap or a repetition over restarts of the console', async () => {
    const parts = [await open()];
    for (let round = 0; round < 3; round += 1) {
      const last = parts.at(-1) as OpenEvents;
      await post(50);
      await eventually(
        () => last.data().length,
        (length) => length > 0,
        { what: 'some' },
      );
      await stopConsole();
      await last.closed;
      await post(50);
      await startConsole();
      parts.push(await open('', { 'Last-Event-ID': last.id }));
    }
    await post(50);
    await has(350, ...parts);
    assert.deepEqual(sequences(...parts), upTo(350));
    assert.deepEqual(
      parts.flatMap((part) => part.data('missed')),
      [],
    );
  });

  it('keeps its viewers over a restart of Kafka, without a gap or a repetition of an offset', async () => {
    const viewer = await open();
    await post(100);
    await has(100, viewer);
    await servers().kill('kafka');
    await eventually(
      () => hub.trouble,
      (trouble) => trouble !== undefined,
      { what: 'the trouble' },
    );
    await servers().start('kafka');
    await post(100);
    await has(200, viewer);
    await eventually(
      () => hub.trouble,
      (trouble) => trouble === undefined,
      { what: 'its end' },
    );
    const places = viewer.data<LiveMessage>().map(({ partition, offset }) => `${partition}:${offset}`);
    assert.equal(new Set(places).size, places.length);
    assert.deepEqual(viewer.data('missed'), []);
  });

  it('says what retention has deleted before a viewer came back', async () => {
    const before = await open();
    await post(60);
    await has(60, before);
    before.close();
    await post(60);
    const admin = new Kafka({ clientId: 'test', brokers: brokers(), logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({
      topic,
      partitions: ends.map(({ partition, high }) => ({ partition, offset: high })),
    });
    await admin.disconnect();
    await stopConsole();
    await startConsole();
    const after = await open('', { 'Last-Event-ID': before.id });
    await post(10);
    await has(10, after);
    assert.deepEqual(
      after.data<LiveMissed>('missed').map(({ count, reason }) => ({ count, reason })),
      [{ count: 60, reason: 'retention' }],
    );
    assert.deepEqual(sequences(after), upTo(130).slice(120));
  });

  it('serves a viewer that was paused for long from the log', async () => {
    await stopConsole();
    await startConsole({ ringMessages: 100 });
    const viewer = await open();
    await post(500);
    await has(500, viewer);
    const { id } = viewer;
    viewer.close();
    for (let i = 0; i < 10; i += 1) await post(1_000);
    const again = await open(`?from=${id}`);
    await post(500);
    await has(10_500, again);
    assert.equal(again.data('message').length, 10_500);
  });

  it('shows the newest dead letters of a lane, and leaves them where they are', async () => {
    const reader = await createDeadLetterReader(broker());
    assert.ok(reader);
    const kafka = new Kafka({ clientId: 'test', brokers: brokers(), logLevel: logLevel.NOTHING });
    const producer = kafka.producer();
    await producer.connect();
    const messages = Array.from({ length: 120 }, (_, i) => ({
      value: 'x'.repeat(i),
      headers: { 'caudal-reason': `reason ${i}`, 'caudal-source': `t:0:${i}`, 'caudal-consumer': 'c-1' },
    }));
    await producer.send({ topic: `${topic}.dead`, messages });
    await producer.disconnect();
    for (let look = 0; look < 2; look += 1) {
      const letters: readonly ParkedMessage[] = await reader.newest(50);
      assert.deepEqual(
        letters.map(({ source }) => source),
        Array.from({ length: 50 }, (_, i) => `t:0:${119 - i}`),
      );
      const { parkedAt = 0, ...newest } = letters[0] ?? { parkedAt: 0 };
      assert.deepEqual(newest, { reason: 'reason 119', source: 't:0:119', consumer: 'c-1', bytes: 119 });
      assert.ok(Math.abs(Date.now() - parkedAt) < 600_000);
    }
    await reader.close();
  });

  it('waits for a topic that is not there, and gives the reason', async () => {
    await stopConsole();
    const present = topic;
    topic = uniqueName('none');
    await startConsole();
    const response = await fetch(`${url}/api/live`);
    assert.equal(response.status, 503);
    assert.match(((await response.json()) as { detail: string }).detail, /Kafka at .*: /);
    topic = present;
  });
});
