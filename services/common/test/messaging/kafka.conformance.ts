import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Producer } from '@platformatic/kafka';
import type { Admin } from 'kafkajs';
import type { Servers } from '../../../../tools/servers/servers.ts';
import { createConsumer } from '../../src/messaging/index.ts';
import type { KafkaSettings } from '../../src/messaging/kafka/settings.ts';
import { eventually } from '../support/index.ts';
import { logger } from './broker-harness.ts';
import { bodiesOf } from './harness.ts';
import { useKafka } from './kafka-fixture.ts';
import { TestStore } from './test-store.ts';

/** Situations that only Kafka causes. */
export function describeKafka(client: KafkaSettings['client'], servers: () => Servers): void {
  describe(`Kafka with ${client}`, () => {
    const fixture = useKafka(client, servers);

    it('creates topics by its settings and does not change existing ones', async () => {
      const { settings, admin, openPublisher } = fixture();
      await openPublisher({ partitions: 4 });
      await openPublisher({ partitions: 7 });
      const { topics } = await admin.fetchTopicMetadata({
        topics: [settings.topic, settings.deadLetterTopic],
      });
      const sizes = Object.fromEntries(topics.map(({ name, partitions }) => [name, partitions.length]));
      assert.deepEqual(sizes, { [settings.topic]: 4, [settings.deadLetterTopic]: 1 });
    });

    it('names the topic and the fix when the topology is wrong', async () => {
      const { settings, openPublisher } = fixture();
      await assert.rejects(openPublisher({ topology: 'check' }), {
        code: 'BROKER_TOPOLOGY',
        retriable: true,
        message: new RegExp(`"${settings.topic}" does not exist.*KAFKA_TOPOLOGY=create`, 's'),
      });
      await assert.rejects(openPublisher({ replicationFactor: 3 }), {
        code: 'BROKER_TOPOLOGY',
        retriable: false,
        message: /KAFKA_REPLICATION_FACTOR/,
      });
    });

    it('rejects with the address when nothing listens', async () => {
      const { openPublisher } = fixture();
      await assert.rejects(openPublisher({ brokers: ['127.0.0.1:1'], requestTimeoutMs: 500 }), {
        code: 'BROKER_UNAVAILABLE',
        retriable: true,
        message: /127\.0\.0\.1:1/,
      });
    });

    it('sends each call to one partition, and successive calls to successive partitions', async () => {
      const { settings, admin, openPublisher } = fixture();
      const publisher = await openPublisher({ partitions: 4 });
      for (let call = 0; call < 8; call++) await publisher.publish(bodiesOf(10));
      const offsets = await admin.fetchTopicOffsets(settings.topic);
      assert.deepEqual(
        offsets.map(({ high }) => high),
        ['20', '20', '20', '20'],
      );
    });

    it('skips the markers of transactions', async () => {
      const { settings, kafka, openPublisher, openConsumer } = fixture();
      const publisher = await openPublisher();
      const producer = kafka.producer({
        transactionalId: `${settings.topic}-transaction`,
        maxInFlightRequests: 1,
        idempotent: true,
      });
      await producer.connect();
      for (let round = 0; round < 3; round++) {
        const transaction = await producer.transaction();
        await transaction.send({ topic: settings.topic, messages: [{ value: `kept-${round}` }] });
        await transaction.commit();
        const aborted = await producer.transaction();
        await aborted.send({ topic: settings.topic, messages: [{ value: `aborted-${round}` }] });
        await aborted.abort();
      }
      await producer.disconnect();
      const store = new TestStore();
      await openConsumer(store);
      await store.until(() => store.size === 3);
      await publisher.publish(bodiesOf(5, 'after-'));
      await store.until(() => store.size === 8);
      assert.deepEqual(store.stored, ['kept-0', 'kept-1', 'kept-2', ...bodiesOf(5, 'after-').map(String)]);
    });

    it('gathers what arrives one after the other for the time it is given', async () => {
      const { openPublisher, openConsumer } = fixture();
      const publisher = await openPublisher();
      const store = new TestStore();
      const gatherMs = 1_000;
      await openConsumer(store, { gatherMs });
      await publisher.publish(bodiesOf(1, 'first-'));
      await store.until(() => store.size === 1);
      const before = store.batches.length;
      const startedAtMs = performance.now();
      for (let call = 0; call < 20; call++) await publisher.publish(bodiesOf(1, `${call}-`));
      const fetches = Math.ceil((performance.now() - startedAtMs) / gatherMs) + 1;
      await store.until(() => store.size === 21);
      const batches = store.batches.length - before;
      assert.ok(batches <= fetches, `${batches} batches in at most ${fetches} fetches`);
    });

    it('leaves no member in the group when it is stopped while joining', async () => {
      const { settings, admin, openPublisher } = fixture();
      await openPublisher();
      // Stop at any time: before there is a consumer, while it joins, and just after.
      for (const waitMs of [0, 20, 40, 80, 160]) {
        const consumer = await createConsumer({ name: 'kafka', settings }, { logger });
        const started = consumer.start(new TestStore().handlers()).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, waitMs));
        await consumer.stop();
        await started;
        assert.equal(consumer.isReady(), false);
      }
      const members = async () => (await admin.describeGroups([settings.group])).groups[0]?.members.length;
      // An untracked member keeps sending heartbeats, so its session would never expire.
      await eventually(members, (count) => count === 0);
    });

    it('reads partitions that are added while it runs', async () => {
      const { settings, admin, openPublisher, openConsumer } = fixture();
      const store = new TestStore();
      const publisher = await openPublisher();
      // Two members, so that the result does not depend on which of them leads the group.
      const members = [
        await openConsumer(store, { metadataMaxAgeMs: 500 }),
        await openConsumer(store, { metadataMaxAgeMs: 500 }),
      ];
      await publisher.publish(bodiesOf(10, 'before-'));
      await store.until(() => store.size === 10);
      await admin.createPartitions({ topicPartitions: [{ topic: settings.topic, count: 4 }] });
      const later = await openPublisher();
      for (let call = 0; call < 4; call++) await later.publish(bodiesOf(10, `after-${call}-`));
      await store.until(() => store.size === 50);
      const sources = () => members.flatMap((member) => member.assignments()).sort();
      await eventually(sources, (held) => held.length === 4);
      assert.deepEqual(
        [sources(), store.duplicates, store.fatal],
        [[0, 1, 2, 3].map((partition) => `${settings.topic}:${partition}`), 0, []],
      );
    });

    for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
      it(`reads what another client compressed with ${compression}`, async () => {
        const { settings, openPublisher, openConsumer, cleanUp } = fixture();
        await openPublisher();
        const producer = new Producer({
          clientId: 'another-client',
          bootstrapBrokers: [...settings.brokers],
          compression,
        });
        cleanUp(() => producer.close());
        const { topic } = settings;
        await producer.send({ messages: bodiesOf(500).map((value) => ({ topic, value })) });
        const store = new TestStore();
        await openConsumer(store);
        await store.until(() => store.size === 500);
        assert.deepEqual([store.stored, store.fatal], [bodiesOf(500).map(String), []]);
      });
    }

    it('stays in the group while a handler is silent for longer than a session', async () => {
      const { settings, admin, openPublisher, openConsumer } = fixture();
      const publisher = await openPublisher();
      const store = new TestStore();
      await openConsumer(store);
      const members = () => membersOf(admin, settings.group);
      await publisher.publish(bodiesOf(10, 'first-'));
      await store.until(() => store.size === 10);
      const before = await members();
      const silenceMs = 2.5 * settings.sessionTimeoutMs;
      store.beforeStore = () => new Promise((resolve) => setTimeout(resolve, silenceMs));
      await publisher.publish(bodiesOf(10, 'second-'));
      await store.until(() => store.size === 20);
      assert.deepEqual([await members(), store.batches.length], [before, 2]);
    });

    for (const { what, sessionTimeoutMs, sessions, staysMember } of [
      // A third of a session may have passed since the last heartbeat; more than a second is left after the block.
      { what: 'blocked for half a session', sessionTimeoutMs: 10_000, sessions: 0.55, staysMember: true },
      {
        what: 'frozen for longer than a session lasts',
        sessionTimeoutMs: 3_000,
        sessions: 1.6,
        staysMember: false,
      },
    ])
      it(`resumes on its own after its process was ${what}`, async () => {
        const { settings, admin, openPublisher, openConsumer } = fixture();
        const publisher = await openPublisher();
        const store = new TestStore();
        await openConsumer(store, { sessionTimeoutMs });
        const members = () => membersOf(admin, settings.group);
        await publisher.publish(bodiesOf(10, 'before-'));
        await store.until(() => store.size === 10);
        const before = await members();
        assert.equal(before.length, 1);

        blockEventLoop(sessions * sessionTimeoutMs);
        const published = () =>
          publisher.publish(bodiesOf(10, 'after-')).then(
            () => true,
            () => false,
          );
        await eventually(published, (isDone) => isDone);
        await store.until(() => store.size === 20 || store.fatal.length > 0);
        assert.deepEqual(store.fatal, []);
        const after = await eventually(members, (now) => now.length === 1);
        assert.equal(after[0] === before[0], staysMember);
      });

    it("commits the store's position to Kafka, for lag tools", async () => {
      const { settings, admin, openPublisher, openConsumer } = fixture();
      const publisher = await openPublisher();
      const store = new TestStore();
      const consumer = await openConsumer(store);
      await publisher.publish(bodiesOf(30));
      await store.until(() => store.size === 30);
      const committed = async () => {
        const [found] = await admin.fetchOffsets({ groupId: settings.group, topics: [settings.topic] });
        return found?.partitions[0]?.offset;
      };
      await eventually(committed, (offset) => offset === '30');
      await publisher.publish(bodiesOf(5, 'last-'));
      await store.until(() => store.size === 35);
      await consumer.stop();
      assert.equal(await committed(), '35');
    });

    it('gives each of two groups every message, once and in order', async () => {
      const { settings, admin, openPublisher, openConsumer, cleanUp } = fixture();
      const publisher = await openPublisher();
      const second = { group: `${settings.group}-second`, deadLetterTopic: `${settings.topic}.second.dead` };
      cleanUp(() => admin.deleteTopics({ topics: [second.deadLetterTopic] }));
      const stores = [new TestStore(), new TestStore()] as const;
      await openConsumer(stores[0]);
      await openConsumer(stores[1], second);
      for (let call = 0; call < 20; call++) await publisher.publish(bodiesOf(100, 'message-', call * 100));
      for (const store of stores) {
        await store.until(() => store.size === 2_000);
        assert.deepEqual(store.stored, bodiesOf(2_000).map(String));
        assert.deepEqual([store.duplicates, store.moves, store.fatal], [0, 0, []]);
      }
    });

    it('delivers a message without a value as an empty one', async () => {
      const { settings, kafka, openPublisher, openConsumer } = fixture();
      const producer = kafka.producer();
      await openPublisher();
      await producer.connect();
      await producer.send({ topic: settings.topic, messages: [{ value: null }] });
      await producer.disconnect();
      const store = new TestStore();
      await openConsumer(store);
      await store.until(() => store.stored.length === 1);
      assert.deepEqual(store.stored, ['']);
    });
  });
}

/** Keeps this process from doing anything, as SIGSTOP or a want of processors does. */
function blockEventLoop(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Member IDs of a group, as the broker describes it. */
async function membersOf(admin: Admin, group: string): Promise<readonly string[]> {
  const { groups } = await admin.describeGroups([group]);
  return groups[0]?.members.map(({ memberId }) => memberId) ?? [];
}
