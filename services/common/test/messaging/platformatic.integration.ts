import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPlatformaticProducer } from '../../src/messaging/kafka/platformatic-producer.ts';
import { useServers, watchConnections } from '../support/index.ts';
import { kafkaHarness } from './broker-harness.ts';
import { describeKafka } from './kafka.conformance.ts';
import { useKafka } from './kafka-fixture.ts';
import { describeKafkaProducing } from './kafka-producing.conformance.ts';
import { describeLogIdentity } from './log-identity.conformance.ts';
import { describeMessaging } from './publisher-consumer.conformance.ts';

// first: it takes more than a minute
const servers = useServers('kafka');

describeMessaging('Kafka by platformatic', () => Promise.resolve(kafkaHarness(servers(), 'platformatic')), {
  log: true,
  server: true,
});
describeKafka('platformatic', servers);
describeKafkaProducing('platformatic', servers);
describeLogIdentity('platformatic', servers);

describe('a producer of platformatic', () => {
  const fixture = useKafka('platformatic', servers);

  it('leaves no connection when it cannot be opened', async () => {
    const { settings } = fixture();
    const connections = watchConnections();
    try {
      const driver = createPlatformaticProducer(settings, () => undefined);
      await assert.rejects(driver.open(), /Unknown topic/, 'its topic does not exist');
      assert.deepEqual(connections.describeOpen(), []);
    } finally {
      connections.stop();
    }
  });
});
