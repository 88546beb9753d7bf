import { useServers } from '../support/index.ts';
import { kafkaHarness } from './broker-harness.ts';
import { describeKafka } from './kafka.conformance.ts';
import { describeKafkaProducing } from './kafka-producing.conformance.ts';
import { describeLogIdentity } from './log-identity.conformance.ts';
import { describeMessaging } from './publisher-consumer.conformance.ts';

const servers = useServers('kafka');

describeMessaging('Kafka by platformatic', () => Promise.resolve(kafkaHarness(servers(), 'platformatic')), {
  log: true,
  server: true,
});
describeKafka('platformatic', servers);
describeKafkaProducing('platformatic', servers);
describeLogIdentity('platformatic', servers);
