import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Servers } from '../../../../tools/servers/servers.ts';
import { createConsumer, type KafkaSettings } from '../../src/messaging/index.ts';
import { logger } from './broker-harness.ts';
import { bodiesOf } from './harness.ts';
import { useKafka } from './kafka-fixture.ts';
import { TestStore } from './test-store.ts';
import { eventually } from './waiting-list.ts';

/** What only Kafka can do to its clients. */
export function describeKafka(client: KafkaSettings['client'], servers: () => Servers): void {
  describe(`Kafka in particular, by ${client}`, () => {
    const fixture = useKafka(client, servers);

    it('makes topics as the settings say and leaves existing ones alone', async () => {
      const { settings, admin, openPublisher } = fixture();
      await openPublisher({ partitions: 4 });
      await openPublisher({ partitions: 7 });
      const { topics } = await admin.fetchTopicMetadata({
        topics: [settings.topic, settings.deadLetterTopic],
      });
      const sizes = Object.fromEntries(topics.map(({ name, partitions }) => [name, partitions.length]));
      assert.deepEqual(sizes, { [settings.topic]: 4, [settings.deadLetterTopic]: 1 });
    });

    it('names the topic and the fix when the topology is not as it should be', async () => {
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

    it('rejects with the address when nobody listens', async () => {
      const { openPublisher } = fixture();
      await assert.rejects(openPublisher({ brokers: ['127.0.0.1:1'], requestTimeoutMs: 500 }), {
        code: 'BROKER_UNAVAILABLE',
        retriable: true,
        message: /127\.0\.0\.1:1/,
      });
    });

    it('sends each call into one partition and the calls in turn', async () => {
      const { settings, admin, openPublisher } = fixture();
      const publisher = await openPublisher({ partitions: 4 });
      for (let call = 0; call < 8; call++) await publisher.publish(bodiesOf(10));
      const offsets = await admin.fetchTopicOffsets(settings.topic);
      assert.deepEqual(
        offsets.map(({ high }) => high),
        ['20', '20', '20', '20'],
      );
    });

    it('passes over what is no message: the marks of a transaction', async () => {
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

    it('leaves no member behind when it is stopped while it joins', async () => {
      const { settings, kafka, admin, openPublisher } = fixture();
      await openPublisher();
      // Whenever the stop comes: before there is a consumer, while it joins, and just after.
      for (const waitMs of [0, 20, 40, 80, 160]) {
        const consumer = await createConsumer({ name: 'kafka', settings }, { logger });
        const started = consumer.start(new TestStore().handlers()).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, waitMs));
        await consumer.stop();
        await started;
        assert.equal(consumer.isReady(), false);
      }
      const members = async () => (await admin.describeGroups([settings.group])).groups[0]?.members.length;
      // A member nobody knows of goes on with its heartbeats, so its session would never expire.
      await eventually(members, (count) => count === 0);
    });

    it('hands over a message without a value as an empty one', async () => {
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
