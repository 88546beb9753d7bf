import { createRequire } from 'node:module';
import { it } from 'node:test';
import type { KafkaJSProtocolError } from 'kafkajs';
import { createConsumer, createPublisher } from '../../src/messaging/index.ts';
import { eventually, useServers } from '../support/index.ts';
import { kafkaHarness, logger, testKafkaSettings } from './broker-harness.ts';
import { bodiesOf } from './harness.ts';
import { describeKafka } from './kafka.conformance.ts';
import { describeKafkaProducing } from './kafka-producing.conformance.ts';
import { describeLogIdentity } from './log-identity.conformance.ts';
import { describeMessaging } from './publisher-consumer.conformance.ts';
import { TestStore } from './test-store.ts';

// first: it takes two minutes
const servers = useServers('kafka');

describeMessaging('Kafka by kafkajs', () => Promise.resolve(kafkaHarness(servers(), 'kafkajs')), {
  log: true,
  server: true,
});
describeKafka('kafkajs', servers);
describeKafkaProducing('kafkajs', servers);
describeLogIdentity('kafkajs', servers);

// Act like a broker to which the group's coordinator has just moved, which a test cannot cause at a given time.
it('continues as the same member when it has to rejoin and is not admitted yet', async (t) => {
  const require = createRequire(import.meta.url);
  const { prototype } = require('kafkajs/src/consumer/consumerGroup') as {
    prototype: Record<'heartbeat' | 'joinAndSync', () => Promise<void>>;
  };
  const { createErrorFromCode } = require('kafkajs/src/protocol/error') as {
    createErrorFromCode(code: number): KafkaJSProtocolError;
  };
  const rebalanceInProgress = createErrorFromCode(27);
  const coordinatorLoading = createErrorFromCode(14);
  const settings = testKafkaSettings(servers().addresses.kafka.brokers, 'kafkajs', { partitions: 1 });
  const publisher = await createPublisher({ name: 'kafka', settings }, { logger });
  const consumer = await createConsumer({ name: 'kafka', settings }, { logger });
  try {
    await publisher.connect();
    const store = new TestStore();
    await consumer.start(store.handlers());
    await publisher.publish(bodiesOf(10));
    await store.until(() => store.size === 10);

    const join = t.mock.method(prototype, 'joinAndSync', () => Promise.reject(coordinatorLoading), {
      times: 1,
    });
    t.mock.method(prototype, 'heartbeat', () => Promise.reject(rebalanceInProgress), { times: 1 });
    await eventually(
      () => join.mock.callCount(),
      (calls) => calls === 1,
    );
    await publisher.publish(bodiesOf(10, 'later-'));
    await store.until(() => store.size === 20);
  } finally {
    await consumer.stop();
    await publisher.close();
  }
});
