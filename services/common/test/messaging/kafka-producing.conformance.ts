import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import type { Servers } from '../../../../tools/servers/servers.ts';
import {
  createConsumer,
  createGroupCommit,
  createPublisher,
  type DeliveryBatch,
} from '../../src/messaging/index.ts';
import type { KafkaSettings } from '../../src/messaging/kafka/settings.ts';
import { eventually, makeTopic } from '../support/index.ts';
import { logger, readTopic, testKafkaSettings } from './broker-harness.ts';
import { bodiesOf } from './harness.ts';
import { recordProduceAcks } from './kafka/produce-acks.ts';
import { TestStore } from './test-store.ts';

const ALL_REPLICAS = -1;

/** Kafka's default for `message.max.bytes`. */
const DEFAULT_LIMIT_BYTES = 1_048_588;

/** Requirements on producing messages and dead letters to Kafka under the broker's limits. */
export function describeKafkaProducing(client: KafkaSettings['client'], servers: () => Servers): void {
  describe(`producing to Kafka with ${client}`, () => {
    let settings: KafkaSettings;
    let admin: Admin;
    const cleanUps: (() => Promise<void>)[] = [];

    beforeEach(async () => {
      settings = testKafkaSettings(servers().addresses.kafka.brokers, client, { partitions: 1 });
      const brokers = [...settings.brokers];
      admin = new Kafka({ clientId: 'test-admin', brokers, logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
    });
    afterEach(async () => {
      for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
      const existing = await admin.listTopics();
      const topics = [settings.topic, settings.deadLetterTopic].filter((topic) => existing.includes(topic));
      if (topics.length > 0) await admin.deleteTopics({ topics });
      await admin.disconnect();
    });

    const prepareTopic = (topic: string, config: Record<string, string | number> = {}) =>
      makeTopic(settings.brokers, topic, { partitions: 1, config });

    async function openPublisher(changes: Partial<KafkaSettings> = {}) {
      const publisher = await createPublisher(
        { name: 'kafka', settings: { ...settings, ...changes } },
        { logger },
      );
      cleanUps.push(() => publisher.close());
      await publisher.connect();
      return publisher;
    }

    /** Starts a consumer that parks every message. */
    async function parkAll(store: TestStore, changes: Partial<KafkaSettings> = {}) {
      store.beforeStore = (batch: DeliveryBatch) =>
        batch.park(batch.bodies.map((_, index) => ({ index, reason: 'no sense' })));
      const consumer = await createConsumer(
        { name: 'kafka', settings: { ...settings, ...changes } },
        { logger },
      );
      cleanUps.push(() => consumer.stop());
      await consumer.start(store.handlers());
    }

    /** Publishes bodies to the topic of messages with another client. */
    async function produceRaw(bodies: readonly Buffer[], topic = settings.topic) {
      const producer = new Kafka({
        brokers: [...settings.brokers],
        logLevel: logLevel.NOTHING,
      }).producer();
      await producer.connect();
      await producer.send({ topic, messages: bodies.map((value) => ({ value, partition: 0 })) });
      await producer.disconnect();
    }

    const held = async (topic: string): Promise<number> =>
      (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);

    it('sends a call that no single record batch could hold, in order and to one partition', async () => {
      const publisher = await openPublisher({ partitions: 3 });
      const bodies = wideBodies(1_000, 1_200);
      await publisher.publish(bodies);
      const offsets = await admin.fetchTopicOffsets(settings.topic);
      assert.deepEqual(offsets.map(({ high }) => high).sort(), ['0', '0', '1000']);
      const records = await readTopic(settings, settings.topic, 1_000);
      assert.deepEqual(
        records.map(({ body }) => body),
        bodies.map(String),
      );
    });

    it('respects the topic’s own limit', async () => {
      await prepareTopic(settings.topic, { 'max.message.bytes': 65_536 });
      const publisher = await openPublisher();
      await publisher.publish(wideBodies(1_000, 1_200));
      assert.equal(await held(settings.topic), 1_000);
      const largest = publisher.maxBodyBytes?.() ?? Number.POSITIVE_INFINITY;
      assert.ok(largest > 65_000 && largest < 65_536, `${largest} bytes`);
      await publisher.publish([Buffer.alloc(largest, 'x')]);
      assert.equal(await held(settings.topic), 1_001);
    });

    it('uses the limit from its settings if there is one', async () => {
      const publisher = await openPublisher({ maxMessageBytes: 10_000 });
      const largest = publisher.maxBodyBytes?.() ?? Number.POSITIVE_INFINITY;
      assert.ok(largest > 9_800 && largest < 10_000, `${largest} bytes`);
    });

    it('detects a limit that was lowered while it runs', async () => {
      const publisher = await openPublisher();
      await limit(admin, settings.topic, 20_000);
      await publisher.publish(wideBodies(100, 1_200));
      assert.equal(await held(settings.topic), 100);
    });

    it('fails permanently on a record that the broker refuses, and accepts the next', async () => {
      const publisher = await openPublisher();
      await limit(admin, settings.topic, 20_000);
      await assert.rejects(publisher.publish([Buffer.alloc(30_000, 'x')]), {
        code: 'BROKER_REFUSED',
        retriable: false,
        message: /30000 bytes.*max\.message\.bytes/,
      });
      assert.equal(publisher.isReady(), true);
      assert.ok((publisher.maxBodyBytes?.() ?? Number.POSITIVE_INFINITY) < 30_000);
      await publisher.publish(bodiesOf(10));
      assert.equal(await held(settings.topic), 10);
    });

    it('does not fail other records of a flush when one is refused', async () => {
      const group = createGroupCommit(await openPublisher());
      await limit(admin, settings.topic, 20_000);
      const deadline = performance.now() + 30_000;
      const results = await Promise.allSettled([
        group.publish(bodiesOf(10, 'before-'), deadline),
        group.publish([Buffer.alloc(30_000, 'x')], deadline),
        group.publish(bodiesOf(10, 'after-'), deadline),
      ]);
      assert.deepEqual(
        results.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      );
      const records = await readTopic(settings, settings.topic, await held(settings.topic));
      assert.deepEqual(
        new Set(records.map(({ body }) => body)),
        new Set([...bodiesOf(10, 'before-'), ...bodiesOf(10, 'after-')].map(String)),
      );
      assert.equal(group.pending(), 0);
    });

    it('requires the acknowledgement of all in-sync replicas', async (t) => {
      const acks = recordProduceAcks(t);
      const publisher = await openPublisher();
      await publisher.publish(bodiesOf(1));
      // A driver may repeat a request to a topic that has just been created.
      assert.deepEqual([...new Set(acks())], [ALL_REPLICAS]);
    });

    it('requires the same for dead letters', async (t) => {
      await prepareTopic(settings.topic);
      await produceRaw(bodiesOf(1));
      const acks = recordProduceAcks(t);
      const store = new TestStore();
      await parkAll(store);
      await store.until(() => store.size === 1);
      assert.deepEqual([...new Set(acks())], [ALL_REPLICAS]);
    });

    it('parks more poison messages than one record batch could hold', async () => {
      await prepareTopic(settings.topic);
      const bodies = wideBodies(4_000, 120);
      await produceRaw(bodies);
      const store = new TestStore();
      await parkAll(store);
      await store.until(() => store.size === 4_000);
      const letters = await readTopic(settings, settings.deadLetterTopic, 4_000);
      assert.deepEqual(
        letters.map(({ body }) => body),
        bodies.map(String),
      );
      assert.equal(letters[3_999]?.headers['caudal-source'], `${settings.topic}:0:3999`);
    });

    it('parks a stub of a message that is too large to be parked whole, and other messages unchanged', async () => {
      await prepareTopic(settings.topic);
      // It fits with 100 bytes to spare, but a dead letter's headers take more.
      const large = Buffer.alloc(DEFAULT_LIMIT_BYTES - 180, 'x');
      await produceRaw([large]);
      await produceRaw(bodiesOf(3));
      const store = new TestStore();
      await parkAll(store);
      await store.until(() => store.size === 4);
      const letters = await readTopic(settings, settings.deadLetterTopic, 4);
      const stub = letters.find(({ headers }) => headers['caudal-source'] === `${settings.topic}:0:0`);
      assert.equal(stub?.headers['caudal-reason'], 'no sense');
      assert.equal(stub?.headers['caudal-cut-from-bytes'], String(large.length));
      assert.ok(stub && stub.body.length < large.length && /^x*$/.test(stub.body));
      const rest = letters.filter((letter) => letter !== stub);
      assert.deepEqual(
        rest.map(({ body }) => body),
        bodiesOf(3).map(String),
      );
      assert.ok(rest.every(({ headers }) => headers['caudal-cut-from-bytes'] === undefined));
    });

    it('parks without a body if the dead-letter topic accepts almost nothing', async () => {
      await prepareTopic(settings.topic);
      await prepareTopic(settings.deadLetterTopic, { 'max.message.bytes': 400 });
      await produceRaw([Buffer.alloc(5_000, 'x'), Buffer.from('short')]);
      const store = new TestStore();
      await parkAll(store);
      await store.until(() => store.size === 2);
      const letters = await readTopic(settings, settings.deadLetterTopic, 2);
      assert.deepEqual(
        letters.map(({ body, headers }) => [body.length, headers['caudal-cut-from-bytes']]),
        [
          [0, '5000'],
          [5, undefined],
        ],
      );
    });
  });
}

/** Returns `count` different bodies of `bytes` bytes. */
function wideBodies(count: number, bytes: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => Buffer.from(`body-${index}-`.padEnd(bytes, 'x')));
}

/** Lowers a topic's limit and waits until its leader knows. */
async function limit(admin: Admin, topic: string, maxMessageBytes: number): Promise<void> {
  const configEntries = [{ name: 'max.message.bytes', value: String(maxMessageBytes) }];
  await admin.alterConfigs({ validateOnly: false, resources: [{ type: TOPIC, name: topic, configEntries }] });
  await eventually(
    () => topicSetting(admin, topic, 'max.message.bytes'),
    (value) => value === String(maxMessageBytes),
  );
}

/** The protocol's number for a topic as a resource. */
const TOPIC = 2;

async function topicSetting(admin: Admin, topic: string, name: string): Promise<string | undefined> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: TOPIC, name: topic, configNames: [name] }],
  });
  return resources[0]?.configEntries[0]?.configValue;
}
