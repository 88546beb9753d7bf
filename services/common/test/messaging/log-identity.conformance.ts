import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Servers } from '../../../../tools/servers/servers.ts';
import { encodeMarks, markOf } from '../../src/messaging/kafka/log-mark.ts';
import type { KafkaSettings } from '../../src/messaging/kafka/settings.ts';
import { eventually } from '../support/index.ts';
import { bodiesOf } from './harness.ts';
import { type KafkaFixture, useKafka } from './kafka-fixture.ts';
import { TestStore } from './test-store.ts';

/** Behaviour of a consumer when the log is not the one that its store's offset belongs to. */
export function describeLogIdentity(client: KafkaSettings['client'], servers: () => Servers): void {
  describe(`the log behind an offset, with ${client}`, () => {
    const fixture = useKafka(client, servers);
    const sourceOf = ({ settings }: KafkaFixture) => `${settings.topic}:0`;

    /** Creates a store that has the first 20 messages of the topic; no consumer is left running. */
    async function storeOf20(): Promise<TestStore> {
      const { openPublisher, openConsumer } = fixture();
      const store = new TestStore();
      const publisher = await openPublisher();
      for (let call = 0; call < 4; call++) await publisher.publish(bodiesOf(5, 'old-', 5 * call));
      const consumer = await openConsumer(store);
      await store.until(() => store.size === 20);
      await consumer.stop();
      await publisher.close();
      return store;
    }

    /** Recreates the topic with this number of new messages; `meanwhile` runs while it does not exist. */
    async function remakeTopic(messages: number, meanwhile?: () => Promise<unknown>): Promise<void> {
      const { admin, settings, openPublisher } = fixture();
      await admin.deleteTopics({ topics: [settings.topic] });
      await eventually(
        () => admin.listTopics(),
        (topics) => !topics.includes(settings.topic),
      );
      await meanwhile?.();
      const publisher = await openPublisher();
      if (messages > 0) await publisher.publish(bodiesOf(messages, 'new-'));
    }

    for (const messages of [10, 20, 5_000]) {
      it(`reads a recreated topic from its start when it has ${messages} messages and 20 were stored`, async () => {
        const store = await storeOf20();
        await remakeTopic(messages);
        await fixture().openConsumer(store);
        await store.until(() => store.size === 20 + messages);
        assert.deepEqual([store.duplicates, store.moves, store.fatal], [0, 0, []]);
        assert.equal(store.positions.get(sourceOf(fixture())), messages);
        assert.deepEqual(store.logEvents, [{ kind: 'restarted', source: sourceOf(fixture()) }]);
      });
    }

    it('reads a topic from its start when it is recreated during consumption', async () => {
      const store = await storeOf20();
      const lines: string[] = [];
      const consumer = await fixture().openConsumer(store, {}, (line) => lines.push(line));
      await eventually(
        () => consumer.isReady(),
        (ready) => ready,
      );
      // A topic that is recreated between two fetches goes unnoticed (docs/guarantees.md).
      const hasFailed = () => lines.some((line) => /Response Fetch|a fetch from Kafka failed/.test(line));
      await remakeTopic(100, () => eventually(hasFailed, (failed) => failed));
      await store.until(() => store.size === 120);
      assert.deepEqual(
        [store.duplicates, store.fatal, store.positions.get(sourceOf(fixture()))],
        [0, [], 100],
      );
    });

    it('resumes after an older mark when the log has lost its end and grown again', async () => {
      const { openPublisher, openConsumer } = fixture();
      const publisher = await openPublisher();
      await publisher.publish(bodiesOf(30));
      const store = new TestStore();
      store.positions.set(sourceOf(fixture()), 20);
      store.marks.set(
        sourceOf(fixture()),
        encodeMarks([
          markOf(19, Buffer.from('lost-19')),
          markOf(11, Buffer.from('message-11')),
          markOf(3, Buffer.from('message-3')),
        ]),
      );
      await openConsumer(store);
      await store.until(() => store.size === 18);
      assert.equal(store.stored[0], 'message-12');
      assert.deepEqual(store.logEvents, [{ kind: 'restarted', source: sourceOf(fixture()) }]);
    });

    it("resumes at the store's position on the same log, without a report", async () => {
      const store = await storeOf20();
      const { openPublisher, openConsumer } = fixture();
      const publisher = await openPublisher();
      await publisher.publish(bodiesOf(5, 'more-'));
      await openConsumer(store);
      await store.until(() => store.size === 25);
      assert.deepEqual([store.duplicates, store.moves, store.logEvents], [0, 0, []]);
    });

    it('resumes at the position that a version without marks stored', async () => {
      const store = await storeOf20();
      store.marks.clear();
      const { openPublisher, openConsumer } = fixture();
      const publisher = await openPublisher();
      await publisher.publish(bodiesOf(5, 'more-'));
      await openConsumer(store);
      await store.until(() => store.size === 25);
      assert.deepEqual([store.duplicates, store.moves, store.logEvents], [0, 0, []]);
      assert.notEqual(store.marks.get(sourceOf(fixture())), undefined);
    });

    it('counts what retention deleted before it was stored, keeps `expected`, and resumes at the log’s start', async () => {
      const { admin, settings, openPublisher, openConsumer } = fixture();
      const publisher = await openPublisher();
      await publisher.publish(bodiesOf(50));
      // Load the topic's metadata for the next call.
      await admin.fetchTopicOffsets(settings.topic);
      await admin.deleteTopicRecords({ topic: settings.topic, partitions: [{ partition: 0, offset: '30' }] });
      const store = new TestStore();
      store.positions.set(sourceOf(fixture()), 10);
      store.marks.set(sourceOf(fixture()), encodeMarks([markOf(9, Buffer.from('message-9'))]));
      await openConsumer(store);
      await store.until(() => store.size === 20);
      assert.equal(store.stored[0], 'message-30');
      assert.deepEqual([store.positions.get(sourceOf(fixture())), store.moves], [50, 0]);
      assert.deepEqual(store.logEvents, [{ kind: 'deleted', source: sourceOf(fixture()), messages: 20 }]);
    });
  });
}
