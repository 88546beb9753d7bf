import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@caudal/common/testing';
import type { V1Pod } from '@kubernetes/client-node';
import { generate } from 'selfsigned';
import { parseAllDocuments } from 'yaml';
import { ensureClientTools } from '../../../../../tools/cluster/client-tools.ts';
import { ROOT } from '../../../src/cli/paths.ts';
import { type ClusterConnection, connectToCluster } from '../../../src/cluster/connection.ts';
import { CHART, createHelm } from '../../../src/cluster/helm.ts';
import { isReady } from '../../../src/cluster/release.ts';
import { ensureNamespace } from '../../../src/cluster/start-release.ts';
import { removeNamespace } from './actions.ts';
import {
  type ForeignServer,
  foreignKafka,
  foreignPostgresql,
  foreignRabbitmq,
  foreignStore,
  HOME,
  type KeyPair,
  type Texts,
} from './foreign-server-kinds.ts';
import type { TestCluster } from './use-cluster.ts';

const USERS = ['ingest', 'consumer', 'console'] as const;
const ROLES = ['owner', 'consumer', 'console'] as const;

/** A lane that is added to the two that the chart has. */
const ADDED_LANE = 'kafka-postgresql';

/**
 * Starts external brokers and stores: TLS only, passwords, and users with the permissions that
 * docs/kubernetes/external-servers.md asks for, made by the very commands, rules and objects which stand there and in the
 * chart's examples. One thing is not as there: a single Kafka broker keeps one copy. Valkey has the users, Redis the one
 * password. Kafka also has what a lane into PostgreSQL needs, `kafka-postgresql`.
 *
 * The Secrets that `values-external.yaml` names are made in `releaseNamespace`.
 * @returns what removes the servers
 */
export async function startForeignServers(
  on: TestCluster,
  { namespace, releaseNamespace }: { readonly namespace: string; readonly releaseNamespace: string },
): Promise<() => Promise<void>> {
  const cluster = connectToCluster(on.running.kubeconfig, on.running.context);
  const docs = await readFile(join(ROOT, 'docs', 'kubernetes', 'external-servers.md'), 'utf8');
  const objects = await readFile(join(CHART, 'examples', 'objects', 'rabbitmq-operator.yaml'), 'utf8');
  const passwords = Object.fromEntries(
    ['admin', 'owner', ...USERS].map((user) => [user, randomBytes(16).toString('hex')]),
  );
  const redisPassword = randomBytes(16).toString('hex');
  const pair = await createKeyPair(namespace);

  for (const name of [namespace, releaseNamespace]) await ensureNamespace(cluster, name);
  const secretOf = (
    password: (user: string) => string | undefined,
    users: readonly string[] = USERS,
  ): Texts => Object.fromEntries(users.map((user) => [`${user}-password`, password(user) ?? '']));
  const secrets: Readonly<Record<string, Texts>> = {
    'caudal-rabbitmq': secretOf((user) => passwords[user]),
    'caudal-kafka': secretOf((user) => passwords[user]),
    'caudal-valkey': secretOf((user) => passwords[user]),
    'caudal-redis': secretOf(() => redisPassword),
    'caudal-postgresql': secretOf((user) => passwords[user], ROLES),
    'caudal-rabbitmq-ca': { 'ca.crt': pair.certificate },
    'caudal-kafka-ca': { 'ca.crt': pair.certificate },
    'caudal-stores-ca': { 'ca.crt': pair.certificate },
  };
  for (const [name, stringData] of Object.entries(secrets))
    await cluster.core.createNamespacedSecret({
      namespace: releaseNamespace,
      body: { metadata: { name }, stringData },
    });

  const images = await readImages(on);
  const remove = () => removeNamespace(cluster, namespace);
  try {
    await Promise.all(
      [
        foreignKafka(`kafka.${namespace}.svc`, pair, passwords),
        foreignRabbitmq(objects, pair, passwords),
        foreignStore('valkey', storeUsers(docs, passwords), pair),
        foreignStore('redis', [`requirepass ${redisPassword}`], pair),
        foreignPostgresql(postgresqlRoles(docs, passwords), pair),
      ].map((server) => start(cluster, namespace, server, images.get(server.name) ?? '')),
    );
    await runKafkaCommands(cluster, namespace, docs);
    return remove;
  } catch (error) {
    await remove();
    throw error;
  }
}

/** For all servers; it is its own CA. */
async function createKeyPair(namespace: string): Promise<KeyPair> {
  const hosts = ['kafka', 'rabbitmq', 'valkey', 'redis', 'postgresql'].map(
    (server) => `${server}.${namespace}.svc`,
  );
  const { private: key, cert: certificate } = await generate([{ name: 'commonName', value: namespace }], {
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: hosts.map((value) => ({ type: 2, value })) },
    ],
  });
  return { key, certificate };
}

/** The images that the chart runs on this cluster, by server. */
async function readImages(on: TestCluster): Promise<ReadonlyMap<string, string>> {
  const helm = createHelm((await ensureClientTools(() => undefined)).helm, on.running);
  const valuesFiles = on.running.imageValues === undefined ? [] : [on.running.imageValues];
  const images = new Map<string, string>();
  for (const template of ['kafka/broker', 'rabbitmq/broker', 'stores/stores', 'postgresql/server']) {
    const values = {
      lanes: { [ADDED_LANE]: { broker: 'kafka', store: 'postgresql' } },
      postgresql: { enabled: true },
    };
    const chart = { name: 'images', namespace: 'images', valuesFiles, values };
    for (const document of parseAllDocuments(await helm.template(chart, `templates/${template}.yaml`))) {
      const { spec } = document.toJS() as {
        spec?: { template?: { spec: { containers: { name: string; image: string }[] } } };
      };
      for (const { name, image } of spec?.template?.spec.containers ?? []) images.set(name, image);
    }
  }
  return images;
}

/** The users that the docs give for a store, as lines of its configuration. */
function storeUsers(docs: string, passwords: Texts): readonly string[] {
  const users = [...docs.matchAll(/^ACL SETUSER caudal-(\w+) (.*)$/gm)];
  if (users.length !== 2) throw new Error('the docs have no longer two users for a store');
  return [
    'user default reset off ~* &* +@all',
    ...users.map(
      ([, user = '', rules = '']) =>
        `user caudal-${user} ${rules.replace('>PASSWORD', `>${passwords[user] ?? ''}`)}`,
    ),
  ];
}

/** The statements that the docs give for PostgreSQL. */
function postgresqlRoles(docs: string, passwords: Texts): readonly string[] {
  const statements = /```sql\n(.*?)```/s.exec(docs)?.[1]?.trim().split('\n') ?? [];
  if (statements.length !== 6)
    throw new Error(`the docs have ${statements.length} statements for PostgreSQL, not 6`);
  return statements.map((statement) =>
    statement.replace('PASSWORD', passwords[/caudal_(\w+) login/.exec(statement)?.[1] ?? ''] ?? ''),
  );
}

async function start(
  cluster: ClusterConnection,
  namespace: string,
  server: ForeignServer,
  image: string,
): Promise<void> {
  const { name, port, files } = server;
  await cluster.core.createNamespacedSecret({ namespace, body: { metadata: { name }, stringData: files } });
  await cluster.core.createNamespacedService({
    namespace,
    body: { metadata: { name }, spec: { selector: { server: name }, ports: [{ port }] } },
  });
  await cluster.core.createNamespacedPod({ namespace, body: podOf(server, image) });
  const started = await eventually(
    () => cluster.core.readNamespacedPod({ namespace, name }),
    (pod) => isReady(pod) || hasRestarted(pod),
    { pastErrors: true },
  );
  if (hasRestarted(started)) {
    const log = await cluster.core.readNamespacedPodLog({ namespace, name, previous: true, tailLines: 10 });
    throw new Error(`${name} does not start: ${log}`);
  }
}

const hasRestarted = ({ status }: V1Pod): boolean => (status?.containerStatuses?.[0]?.restartCount ?? 0) > 0;

function podOf({ name, user, port, command, environment, memory }: ForeignServer, image: string): V1Pod {
  return {
    metadata: { name, labels: { server: name } },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 1,
      securityContext: {
        ...{ runAsNonRoot: true, runAsUser: user, runAsGroup: user, fsGroup: user },
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name,
          image,
          imagePullPolicy: 'IfNotPresent',
          command: [...command],
          env: Object.entries(environment).map(([variable, value]) => ({ name: variable, value })),
          readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
          resources: { limits: { memory } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          volumeMounts: [
            { name: 'files', mountPath: HOME },
            { name: 'data', mountPath: '/data' },
          ],
        },
      ],
      volumes: [
        { name: 'files', secret: { secretName: name, defaultMode: 0o440 } },
        { name: 'data', emptyDir: {} },
      ],
    },
  };
}

/** Makes topics and rights by the commands of the docs, each in a call of its own: a Java program takes its time. */
async function runKafkaCommands(cluster: ClusterConnection, namespace: string, docs: string): Promise<void> {
  const block = /```sh\n(kafka\(\) .*?)```/s.exec(docs)?.[1]?.trim().split('\n') ?? [];
  const isFunction = (line: string): boolean => /^\w+\(\) \{/.test(line);
  const commands = block.filter((line) => !isFunction(line));
  if (commands.length !== 10)
    throw new Error(`the docs have ${commands.length} commands for a Kafka, not 10`);
  // As the docs say of a lane that is added: its own group and dead letters, with the same rights.
  const ofLane = commands
    .filter((command) => /message\.dead|--group caudal/.test(command))
    .map((command) =>
      command
        .replace('message.dead', `message.${ADDED_LANE}.dead`)
        .replace('--group caudal', `--group caudal-${ADDED_LANE}`),
    );
  for (const command of [...commands, ...ofLane]) {
    const ofOne = command
      .replace('--replication-factor 3', '--replication-factor 1')
      .replace('min.insync.replicas=2', 'min.insync.replicas=1');
    const script = ['set -e', `cd ${HOME}`, ...block.filter(isFunction), ofOne].join('\n');
    const pod = { namespace, pod: 'kafka', container: 'kafka' };
    const { succeeded, stdout, stderr } = await cluster.exec(pod, ['bash', '-c', script]);
    if (!succeeded) throw new Error(`${command}: ${stdout}${stderr}`);
  }
}
