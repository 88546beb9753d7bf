import { createHash } from 'node:crypto';
import type { ServerName, State } from './state.ts';

/** How to run a server as a process within its root file system. */
export interface ServerDefinition {
  readonly user: number;
  readonly group: number;
  /** Path of its data directory inside. */
  readonly dataPath: string;
  /** Path of `files` inside, read-only. */
  readonly configPath: string;
  /** Configuration files by name. They contain passwords: readable only by root and the server's group. */
  readonly files: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly [string, ...string[]];
}

/** Server options that are not part of the state. */
export interface DefinitionOptions {
  /** Scrape interval of Prometheus, seconds. */
  readonly scrapeIntervalSeconds: number;
}

/** Returns a server's definition for the ports and passwords of a state. All listen only on 127.0.0.1. */
export function defineServer(name: ServerName, state: State, options: DefinitionOptions): ServerDefinition {
  switch (name) {
    case 'rabbitmq':
      return defineRabbitmq(state);
    case 'kafka':
      return defineKafka(state);
    case 'valkey':
      return defineStore('valkey', state, 'always');
    case 'redis':
      return defineStore('redis', state, 'everysec');
    case 'prometheus':
      return definePrometheus(state, options);
  }
}

function defineRabbitmq({ ports, passwords }: State): ServerDefinition {
  return {
    user: 999,
    group: 999,
    dataPath: '/var/lib/rabbitmq',
    configPath: '/etc/rabbitmq',
    files: {
      enabled_plugins: '[rabbitmq_management,rabbitmq_prometheus].\n',
      'rabbitmq.conf': properties({
        'listeners.tcp.1': `127.0.0.1:${ports.rabbitmq}`,
        'management.tcp.ip': '127.0.0.1',
        'management.tcp.port': ports.rabbitmqManagement,
        'prometheus.tcp.ip': '127.0.0.1',
        'prometheus.tcp.port': ports.rabbitmqMetrics,
        // The only user; RabbitMQ does not create `guest` when another is configured.
        default_user: 'caudal',
        default_pass: passwords.rabbitmq,
        // The defaults are shares of the whole machine, which this server shares with others.
        'vm_memory_high_watermark.absolute': '1GiB',
        'disk_free_limit.absolute': '200MB',
        'log.console': 'true',
        'log.console.level': 'info',
        'log.file': 'false',
      }),
    },
    environment: {
      HOME: '/var/lib/rabbitmq',
      LANG: 'C.UTF-8',
      PATH: '/opt/rabbitmq/sbin:/usr/sbin:/usr/bin:/sbin:/bin',
      RABBITMQ_NODENAME: 'caudal@localhost',
      // Separate port mapper and distribution port: no conflict with other Erlang programs on this machine.
      RABBITMQ_DIST_PORT: String(ports.rabbitmqDistribution),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      ERL_EPMD_PORT: String(ports.rabbitmqEpmd),
      // Disable busy waiting so that an idle broker leaves the CPU to others. Unacknowledged messages are counted again
      // with every tick, by default every 5 s.
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
        '-kernel inet_dist_use_interface {127,0,0,1} -rabbit quorum_tick_interval 1000 +sbwt none +sbwtdcpu none +sbwtdio none',
      // Makes the start script exec the server, so that signals reach the server.
      RUNNING_UNDER_SYSTEMD: 'true',
    },
    command: ['rabbitmq-server'],
  };
}

function defineKafka({ ports, kafkaClusterId }: State): ServerDefinition {
  const config = '/etc/kafka/config/server.properties';
  const logDirectory = '/var/lib/kafka/data/log';
  const directoryId = createHash('sha256')
    .update(kafkaClusterId)
    .digest()
    .subarray(0, 16)
    .toString('base64url');
  return {
    user: 1000,
    group: 1000,
    dataPath: '/var/lib/kafka/data',
    configPath: '/etc/kafka/config',
    files: {
      'server.properties': properties({
        'process.roles': 'broker,controller',
        'node.id': 1,
        'controller.quorum.voters': `1@127.0.0.1:${ports.kafkaController}`,
        listeners: `PLAINTEXT://127.0.0.1:${ports.kafka},CONTROLLER://127.0.0.1:${ports.kafkaController}`,
        'advertised.listeners': `PLAINTEXT://127.0.0.1:${ports.kafka}`,
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
    command: [
      'sh',
      '-c',
      `if [ ! -f ${logDirectory}/meta.properties ]; then
         mkdir -p ${logDirectory}
         cp /opt/kafka/formatted/bootstrap.checkpoint ${logDirectory}/
         printf '%s\\n' version=1 node.id=1 directory.id=${directoryId} cluster.id=${kafkaClusterId} > /tmp/meta
         cp /tmp/meta ${logDirectory}/meta.properties
       fi
       exec kafka-server-start.sh ${config}`,
    ],
  };
}

function defineStore(
  name: 'valkey' | 'redis',
  { ports, passwords }: State,
  appendfsync: 'always' | 'everysec',
): ServerDefinition {
  return {
    user: 999,
    group: 999,
    dataPath: '/data',
    configPath: `/etc/${name}`,
    files: {
      [`${name}.conf`]: Object.entries({
        bind: '127.0.0.1',
        port: ports[name],
        requirepass: passwords[name],
        dir: '/data',
        appendonly: 'yes',
        appendfsync,
        // The append-only file is authoritative.
        save: '""',
        'maxmemory-policy': 'noeviction',
        daemonize: 'no',
        logfile: '""',
      })
        .map(([key, value]) => `${key} ${value}\n`)
        .join(''),
    },
    environment: { PATH: '/usr/bin:/bin' },
    command: [`${name}-server`, `/etc/${name}/${name}.conf`],
  };
}

function definePrometheus({ ports }: State, { scrapeIntervalSeconds }: DefinitionOptions): ServerDefinition {
  const interval = `${scrapeIntervalSeconds}s`;
  const rabbitmq = [{ targets: [`127.0.0.1:${ports.rabbitmqMetrics}`] }];
  return {
    user: 65_534,
    group: 65_534,
    dataPath: '/prometheus',
    configPath: '/etc/prometheus',
    files: {
      // JSON is YAML.
      'prometheus.yml': JSON.stringify({
        global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
        scrape_configs: [
          {
            job_name: 'caudal',
            file_sd_configs: [{ files: ['/etc/prometheus/targets/*.json'], refresh_interval: '5s' }],
          },
          { job_name: 'rabbitmq', static_configs: rabbitmq },
          {
            job_name: 'rabbitmq-queues',
            metrics_path: '/metrics/detailed',
            params: { family: ['queue_coarse_metrics'] },
            static_configs: rabbitmq,
          },
        ],
      }),
    },
    environment: { PATH: '/usr/bin:/bin' },
    command: [
      'prometheus',
      '--config.file=/etc/prometheus/prometheus.yml',
      '--storage.tsdb.path=/prometheus',
      '--storage.tsdb.retention.time=1d',
      `--web.listen-address=127.0.0.1:${ports.prometheus}`,
    ],
  };
}

function properties(entries: Readonly<Record<string, string | number>>): string {
  return Object.entries(entries)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('');
}
