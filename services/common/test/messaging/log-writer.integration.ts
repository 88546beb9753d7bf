import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createLogGroupCommit, createLogWriter } from '../../src/messaging/index.ts';
import { eventually, useServers } from '../support/index.ts';
import { logger, testRabbitmqSettings } from './broker-harness.ts';
import { recordProduceAcks } from './kafka/produce-acks.ts';
import { describeLogWriter } from './log-writer.conformance.ts';
import { kafkaWriterHarness } from './log-writer-harness.ts';

const servers = useServers('kafka');

describe('a writer for a queue', () => {
  it('does not exist', async () => {
    const settings = testRabbitmqSettings('amqp://127.0.0.1:1');
    assert.equal(await createLogWriter({ name: 'rabbitmq', settings }, { logger }), undefined);
  });
});

for (const client of ['kafkajs', 'platformatic'] as const) {
  const setUp = () => kafkaWriterHarness(servers(), client);
  describeLogWriter(`log writer with ${client}`, setUp, { server: true });

  describe(`log writer of Kafka with ${client}`, () => {
    let harness: ReturnType<typeof setUp>;
    beforeEach(() => {
      harness = setUp();
    });
    afterEach(() => harness.dispose());

    it('requires the acknowledgement of all in-sync replicas, with one request for a call', async (t) => {
      const writer = await harness.createWriter();
      await writer.connect();
      await writer.write([{ key: 'first', value: Buffer.from('1') }]);
      const acks = recordProduceAcks(t);
      await writer.write(
        Array.from({ length: 100 }, (_, index) => ({ key: `key-${index}`, value: Buffer.from('1') })),
      );
      assert.deepEqual(acks(), [-1]);
    });

    it('splits a call that is larger than a batch should be', async (t) => {
      const writer = await harness.createWriter();
      await writer.connect();
      const acks = recordProduceAcks(t);
      await writer.write(
        Array.from({ length: 600 }, (_, index) => ({ key: `key-${index}`, value: Buffer.alloc(1_200, 'x') })),
      );
      assert.ok(acks().length >= 3, `${acks().length} requests`);
      assert.equal((await harness.records()).length, 600);
    });

    it('fails only the record that the broker refuses, not those it was gathered with', async () => {
      const writer = await harness.createWriter();
      await writer.connect();
      const group = createLogGroupCommit(writer);
      const deadline = performance.now() + 30_000;
      const sizes = [10, writer.maxValueBytes() + 1_000, 10];
      const results = await Promise.allSettled(
        sizes.map((bytes, index) =>
          group.publish([{ key: `key-${index}`, value: Buffer.alloc(bytes, 'x') }], deadline),
        ),
      );
      assert.deepEqual(
        results.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      );
      assert.equal(group.pending(), 0);
      const keys = (await harness.records()).map(({ key }) => key);
      assert.deepEqual(new Set(keys), new Set(['key-0', 'key-2']));
    });

    it('keeps callers of a group commit waiting over a restart of the broker', async () => {
      const writer = await harness.createWriter();
      await writer.connect();
      const group = createLogGroupCommit(writer);
      const deadline = performance.now() + 120_000;
      const { server } = harness;
      assert.ok(server);
      const restart = await server.kill();
      const keys = Array.from({ length: 200 }, (_, index) => `key-${index}`);
      let settled = 0;
      const calls = keys.map((key) =>
        group.publish([{ key, value: Buffer.from(key) }], deadline).finally(() => {
          settled++;
        }),
      );
      await eventually(
        () => group.isReady(),
        (isReady) => !isReady,
      );
      assert.equal(settled, 0);
      await Promise.all([restart(), ...calls]);
      const found = new Set((await harness.records()).map(({ key }) => key));
      assert.deepEqual(found, new Set(keys));
      await group.close();
    });
  });
}
