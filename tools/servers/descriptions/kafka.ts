import { createHash, randomBytes } from 'node:crypto';
import { IMAGE_PATH, JAVA_LAYER } from '../../rootfs/rootfs.ts';
import { describeServer } from '../description.ts';
import { answersKafka } from '../probes.ts';
import { properties } from './config-file.ts';

/** Addresses of Kafka. */
interface KafkaAddresses {
  /** `host:port` */
  readonly brokers: string;
}

const logDirectory = '/var/lib/kafka/data/log';

export const kafka = describeServer({
  role: 'broker',
  ports: ['main', 'controller'],
  secrets: {
    // 16 bytes in URL-safe base64; a leading dash would look like an option.
    kafkaClusterId: () => `c${randomBytes(16).toString('base64url').slice(1)}`,
  },
  // The size includes the downloaded jars.
  layers: [JAVA_LAYER, { name: 'kafka', sizeMb: 109 }],

  define: ({ ports, secrets }) => ({
    user: 1000,
    group: 1000,
    dataPath: '/var/lib/kafka/data',
    configPath: '/etc/kafka/config',
    files: {
      'server.properties': properties({
        'process.roles': 'broker,controller',
        'node.id': 1,
        'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
        listeners: `PLAINTEXT://127.0.0.1:${ports.main},CONTROLLER://127.0.0.1:${ports.controller}`,
        'advertised.listeners': `PLAINTEXT://127.0.0.1:${ports.main}`,
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
        'controller.listener.names': 'CONTROLLER',
        'inter.broker.listener.name': 'PLAINTEXT',
        'log.dirs': logDirectory,
        'log.retention.hours': 72,
        'auto.create.topics.enable': 'false',
        'group.initial.rebalance.delay.ms': 0,
        // Allows session timeouts below the default minimum of 6 s, to notice dead consumers sooner.
        'group.min.session.timeout.ms': 1_000,
        // Single node: internal topics can only have one replica and do not need 50 partitions.
        'offsets.topic.replication.factor': 1,
        'offsets.topic.num.partitions': 8,
        'transaction.state.log.replication.factor': 1,
        'transaction.state.log.num.partitions': 8,
        'transaction.state.log.min.isr': 1,
        'share.coordinator.state.topic.replication.factor': 1,
        'share.coordinator.state.topic.num.partitions': 8,
        'share.coordinator.state.topic.min.isr': 1,
        // A killed broker can register again only after its session has expired.
        'broker.heartbeat.interval.ms': 500,
        'broker.session.timeout.ms': 3_000,
        // The default buffer of the log cleaner is half of this heap.
        'log.cleaner.threads': 1,
        'log.cleaner.dedupe.buffer.size': 4_194_304,
        'num.network.threads': 2,
        'num.io.threads': 4,
      }),
    },
    environment: {
      HOME: '/tmp',
      PATH: '/opt/kafka/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      KAFKA_HEAP_OPTS: '-Xms256m -Xmx256m',
      KAFKA_JVM_PERFORMANCE_OPTS: '-server -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError',
      KAFKA_LOG4J_OPTS: '-Dlog4j2.configurationFile=/opt/kafka/config/log4j2.yaml',
    },
    command: ['sh', '-c', formatAndStart(secrets.kafkaClusterId)],
  }),

  isReady: ({ ports }) => answersKafka(ports.main),

  addresses: ({ ports }): KafkaAddresses => ({ brokers: `127.0.0.1:${ports.main}` }),
  showAddresses: ({ brokers }) => brokers,

  composeVariables: ({ ports, secrets }) => ({
    CAUDAL_KAFKA_CLUSTER_ID: secrets.kafkaClusterId,
    CAUDAL_KAFKA_PORT: String(ports.main),
  }),

  image: { name: 'apache/kafka:4', config: { Env: [`PATH=${IMAGE_PATH}`], User: 'appuser' } },
});

/** A shell command that formats an empty data directory, with what the layer has prepared, and becomes Kafka. */
function formatAndStart(clusterId: string): string {
  const directoryId = createHash('sha256').update(clusterId).digest().subarray(0, 16).toString('base64url');
  return `if [ ! -f ${logDirectory}/meta.properties ]; then
         mkdir -p ${logDirectory}
         cp /opt/kafka/formatted/bootstrap.checkpoint ${logDirectory}/
         printf '%s\\n' version=1 node.id=1 directory.id=${directoryId} cluster.id=${clusterId} > /tmp/meta
         cp /tmp/meta ${logDirectory}/meta.properties
       fi
       exec kafka-server-start.sh /etc/kafka/config/server.properties`;
}
