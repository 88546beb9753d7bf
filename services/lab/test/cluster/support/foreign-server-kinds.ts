import { parseAllDocuments } from 'yaml';

/** Files or variables by name. */
export type Texts = Readonly<Record<string, string>>;

/** A server in a pod of its own. */
export interface ForeignServer {
  readonly name: string;
  readonly user: number;
  readonly port: number;
  readonly command: readonly string[];
  readonly environment: Texts;
  /** In {@link HOME}. */
  readonly files: Texts;
  readonly memory: string;
}

/** A key and the certificate for it, PEM. */
export interface KeyPair {
  readonly key: string;
  readonly certificate: string;
}

export const HOME = '/etc/server';

/** A single Kafka broker: TLS, SCRAM-SHA-512, and only `admin` has permissions. */
export function foreignKafka(host: string, pair: KeyPair, passwords: Texts): ForeignServer {
  const scram = Object.entries(passwords).map(
    ([user, password]) => `--add-scram 'SCRAM-SHA-512=[name=${user},password=${password}]'`,
  );
  const login = `org.apache.kafka.common.security.scram.ScramLoginModule required username="admin" password="${passwords.admin}";`;
  const config = {
    'process.roles': 'broker,controller',
    'node.id': 0,
    'controller.quorum.voters': '0@127.0.0.1:9094',
    listeners: 'CLIENTS://:9093,CONTROLLER://127.0.0.1:9094',
    'advertised.listeners': `CLIENTS://${host}:9093`,
    'listener.security.protocol.map': 'CLIENTS:SASL_SSL,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'CLIENTS',
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-512',
    'listener.name.clients.scram-sha-512.sasl.jaas.config': login,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': `${HOME}/keystore.pem`,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': `${HOME}/ca.crt`,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    // The second is the broker itself on the controller's port, which is not reachable from elsewhere.
    'super.users': 'User:admin;User:ANONYMOUS',
    'log.dirs': '/data/log',
    'auto.create.topics.enable': false,
    'group.initial.rebalance.delay.ms': 0,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 8,
    'log.cleaner.dedupe.buffer.size': 4_194_304,
  };
  return {
    name: 'kafka',
    user: 1000,
    port: 9093,
    command: [
      'sh',
      '-ec',
      `kafka-storage.sh format --cluster-id=AAAAAAAAAAAAAAAAAAAAAA --config=${HOME}/server.properties ${scram.join(' ')}
       exec kafka-server-start.sh ${HOME}/server.properties`,
    ],
    environment: {
      PATH: '/opt/kafka/bin:/opt/java/openjdk/bin:/usr/local/bin:/usr/bin:/bin',
      LOG_DIR: '/tmp',
      EXTRA_ARGS: '',
      KAFKA_HEAP_OPTS: '-Xms256m -Xmx256m',
      KAFKA_JVM_PERFORMANCE_OPTS: '-server -XX:+UseSerialGC',
      BROKER: `${host}:9093`,
    },
    files: {
      'server.properties': lines(config),
      'keystore.pem': `${pair.key.trimEnd()}\n${pair.certificate}`,
      'ca.crt': pair.certificate,
      'admin.properties': lines({
        'security.protocol': 'SASL_SSL',
        'sasl.mechanism': 'SCRAM-SHA-512',
        'sasl.jaas.config': login,
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': `${HOME}/ca.crt`,
      }),
    },
    memory: '1Gi',
  };
}

/** A RabbitMQ that speaks TLS alone and has what `objects` (of the operators) describe. */
export function foreignRabbitmq(objects: string, pair: KeyPair, passwords: Texts): ForeignServer {
  return {
    name: 'rabbitmq',
    user: 999,
    port: 5671,
    command: ['rabbitmq-server'],
    environment: {
      HOME: '/data',
      RABBITMQ_NODENAME: 'rabbit@localhost',
      RABBITMQ_MNESIA_BASE: '/data/mnesia',
      RABBITMQ_LOG_BASE: '/tmp',
      RABBITMQ_CONFIG_FILE: `${HOME}/rabbitmq.conf`,
      RABBITMQ_ENABLED_PLUGINS_FILE: `${HOME}/enabled_plugins`,
      RUNNING_UNDER_SYSTEMD: 'true',
    },
    files: {
      ...pemFiles(pair),
      enabled_plugins: '[].\n',
      'definitions.json': JSON.stringify(definitionsOf(objects, passwords)),
      'rabbitmq.conf': lines({
        'listeners.tcp': 'none',
        'listeners.ssl.default': 5671,
        'ssl_options.certfile': `${HOME}/tls.crt`,
        'ssl_options.keyfile': `${HOME}/tls.key`,
        'ssl_options.verify': 'verify_none',
        load_definitions: `${HOME}/definitions.json`,
        'vm_memory_high_watermark.absolute': '256MiB',
        'disk_free_limit.absolute': '100MB',
        'log.console': 'true',
        'log.file': 'false',
      }),
    },
    memory: '512Mi',
  };
}

/** A store that speaks TLS alone and takes the users of `rules`. */
export function foreignStore(
  name: 'valkey' | 'redis',
  rules: readonly string[],
  pair: KeyPair,
): ForeignServer {
  const config = [
    'bind * -::*',
    'port 0',
    'tls-port 6379',
    `tls-cert-file ${HOME}/tls.crt`,
    `tls-key-file ${HOME}/tls.key`,
    `tls-ca-cert-file ${HOME}/tls.crt`,
    'tls-auth-clients no',
    'dir /data',
    'appendonly yes',
    'appendfsync always',
    'maxmemory-policy noeviction',
    ...rules,
  ];
  return {
    name,
    user: 999,
    port: 6379,
    command: [`${name}-server`, `${HOME}/store.conf`],
    environment: {},
    files: { ...pemFiles(pair), 'store.conf': `${config.join('\n')}\n` },
    memory: '128Mi',
  };
}

/** A PostgreSQL that lets in by TLS and SCRAM alone, with the roles and the database that `statements` make. */
export function foreignPostgresql(statements: readonly string[], pair: KeyPair): ForeignServer {
  return {
    name: 'postgresql',
    user: 999,
    port: 5432,
    command: [
      'sh',
      '-ec',
      `initdb --pgdata=/data/pgdata --username=postgres --auth=reject --no-instructions > /dev/null
       postgres --single -D /data/pgdata -c exit_on_error=on postgres < ${HOME}/roles.sql > /dev/null
       exec postgres -D /data/pgdata -c config_file=${HOME}/postgresql.conf`,
    ],
    environment: {},
    files: {
      ...pemFiles(pair),
      'roles.sql': statements.map((statement) => `${statement}\n`).join(''),
      'pg_hba.conf': 'hostssl all all all scram-sha-256\n',
      'postgresql.conf': lines({
        listen_addresses: "'*'",
        hba_file: `'${HOME}/pg_hba.conf'`,
        unix_socket_directories: "'/tmp'",
        ssl: 'on',
        ssl_cert_file: `'${HOME}/tls.crt'`,
        ssl_key_file: `'${HOME}/tls.key'`,
        shared_buffers: "'32MB'",
      }),
    },
    memory: '256Mi',
  };
}

const pemFiles = ({ key, certificate }: KeyPair): Texts => ({ 'tls.crt': certificate, 'tls.key': key });

const lines = (entries: Readonly<Record<string, string | number | boolean>>): string =>
  Object.entries(entries)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('');

interface OperatorObject {
  readonly kind: string;
  readonly spec: {
    readonly name: string;
    readonly type: string;
    readonly arguments?: Readonly<Record<string, unknown>>;
    readonly source: string;
    readonly destination: string;
    readonly userReference: { readonly name: string };
    readonly permissions: Texts;
  };
}

/** What the Messaging Topology Operator would make of its objects, as RabbitMQ's own definitions. */
function definitionsOf(objects: string, passwords: Texts): unknown {
  const all = parseAllDocuments(objects).map((document) => document.toJS() as OperatorObject);
  const of = (kind: string) => all.filter((object) => object.kind === kind).map(({ spec }) => spec);
  const vhost = '/';
  return {
    vhosts: [{ name: vhost }],
    users: Object.entries(passwords).map(([name, password]) => ({ name, password, tags: [] })),
    permissions: of('Permission').map(({ userReference, permissions }) => ({
      user: userReference.name.replace('caudal-', ''),
      vhost,
      ...permissions,
    })),
    exchanges: of('Exchange').map(({ name, type }) => ({
      ...{ name, type, vhost, durable: true },
      ...{ auto_delete: false, internal: false, arguments: {} },
    })),
    queues: of('Queue').map(({ name, type, arguments: given }) => ({
      ...{ name, vhost, durable: true, auto_delete: false },
      arguments: { 'x-queue-type': type, ...given },
    })),
    bindings: of('Binding').map(({ source, destination }) => ({
      ...{ source, destination, vhost, destination_type: 'queue', routing_key: '', arguments: {} },
    })),
  };
}
