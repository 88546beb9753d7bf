import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseConsoleConfig } from '../../services/console/src/config.ts';
import { loadConfig } from '../../services/consumer/src/config.ts';
import { parseIngestConfig } from '../../services/ingest-api/src/config.ts';
import { runCommand } from '../../tools/lib/run-command.ts';
import { ensureKubeconform } from '../scripts/kubeconform/ensure-kubeconform.ts';
import {
  ensureCustomResourceSchemas,
  ensureKubernetesSchemas,
  kubernetesVersions,
  schemaLocation,
} from '../scripts/kubeconform/schemas.ts';
import { chart } from '../scripts/paths.ts';
import { FILMS_EXAMPLES } from './support/films-examples.ts';
import { helm } from './support/helm.ts';
import { find, type Manifest, names, ownImageValues, render } from './support/manifests.ts';
import { ORDERS_EXAMPLES } from './support/orders-examples.ts';
import {
  caSecretOf,
  containerOf,
  containersOf,
  environmentOf,
  plainEnvironment,
  podsOf,
  secretOf,
} from './support/pods.ts';

const examples = join(chart, 'examples');
const example = (name: string): string => join(examples, `${name}.yaml`);
const renderExample = (name: string): Promise<readonly Manifest[]> =>
  render({ flags: ['--values', example(name)] });

const ingest = 'Deployment caudal-ingest';
const onKafka = 'Deployment caudal-kafka-redis-consumer';
const onRabbitmq = 'Deployment caudal-rabbitmq-valkey-consumer';
const console_ = 'Deployment caudal-console';

/** Nothing of these servers is left: no workload, no Service, no Secret, no ConfigMap. */
function assertAbsent(
  manifests: readonly Manifest[],
  servers: readonly string[],
  except: readonly string[],
): void {
  for (const server of servers) {
    const left = manifests.filter(
      ({ kind, metadata: { name } }) =>
        kind !== 'NetworkPolicy' && (name === `caudal-${server}` || name.startsWith(`caudal-${server}-`)),
    );
    // The consumers of a broker have its name in theirs.
    const own = left.filter(
      ({ metadata }) =>
        !/-consumer(-ops)?$/.test(metadata.name) &&
        !except.some((component) => metadata.name === `caudal-${component}`),
    );
    assert.deepEqual(
      own.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      [],
    );
  }
}

/** What an example is for: the servers it replaces, and a look at what became of the services. */
const purposes: Readonly<
  Record<
    string,
    {
      readonly replaces: readonly string[];
      readonly lanes?: number;
      /** Components that prepare a server which is replaced. */
      readonly except?: readonly string[];
      check(manifests: readonly Manifest[]): void;
    }
  >
> = {
  'strimzi-kafka': {
    replaces: ['kafka'],
    check(manifests) {
      for (const [owner, user] of [
        [ingest, 'ingest'],
        [onKafka, 'consumer'],
        [console_, 'console'],
      ] as const) {
        const plain = plainEnvironment(containerOf(manifests, owner));
        assert.equal(plain.KAFKA_BROKERS, 'events-kafka-bootstrap.kafka.svc:9093');
        assert.equal(plain.KAFKA_TLS, 'true');
        assert.equal(plain.KAFKA_SASL_MECHANISM, 'scram-sha-512');
        assert.equal(plain.KAFKA_USERNAME, user);
        assert.equal(plain.KAFKA_TOPOLOGY, 'check');
        assert.equal(secretOf(manifests, owner, 'KAFKA_PASSWORD'), `caudal-kafka/${user}-password`);
        assert.equal(caSecretOf(manifests, owner, 'kafka'), 'caudal-kafka-ca');
      }
    },
  },
  'managed-kafka': {
    replaces: ['kafka'],
    check(manifests) {
      for (const [owner, user] of [
        [ingest, 'ingest'],
        [onKafka, 'consumer'],
        [console_, 'console'],
      ] as const) {
        const plain = plainEnvironment(containerOf(manifests, owner));
        assert.equal(plain.KAFKA_BROKERS?.split(',').length, 3);
        assert.equal(plain.KAFKA_TLS, 'true');
        assert.equal(plain.KAFKA_SASL_MECHANISM, 'plain');
        assert.equal(plain.KAFKA_USERNAME, `KEY-OF-${user.toUpperCase()}`);
        assert.equal(plain.KAFKA_CA_FILE, undefined);
        assert.equal(secretOf(manifests, owner, 'KAFKA_PASSWORD'), `caudal-kafka/${user}-password`);
      }
    },
  },
  'rabbitmq-operator': {
    replaces: ['rabbitmq'],
    check(manifests) {
      for (const [owner, user] of [
        [ingest, 'ingest'],
        [onRabbitmq, 'consumer'],
        [console_, 'console'],
      ] as const) {
        const plain = plainEnvironment(containerOf(manifests, owner));
        assert.equal(plain.RABBITMQ_URL, 'amqps://events.rabbitmq.svc:5671');
        assert.equal(plain.RABBITMQ_USERNAME, user);
        assert.equal(plain.RABBITMQ_TOPOLOGY, 'check');
        assert.equal(secretOf(manifests, owner, 'RABBITMQ_PASSWORD'), `caudal-rabbitmq/${user}-password`);
        assert.equal(caSecretOf(manifests, owner, 'rabbitmq'), 'caudal-rabbitmq-ca');
      }
    },
  },
  'managed-redis': {
    replaces: ['redis'],
    check(manifests) {
      const plain = plainEnvironment(containerOf(manifests, onKafka));
      assert.equal(plain.STORE_URL, 'rediss://redis.example.com:6380');
      assert.equal(plain.STORE_USERNAME, undefined);
      assert.equal(secretOf(manifests, onKafka, 'STORE_PASSWORD'), 'caudal-redis/consumer-password');
      assert.equal(secretOf(manifests, console_, 'REDIS_PASSWORD'), 'caudal-redis/console-password');
      assert.equal(caSecretOf(manifests, onKafka, 'store'), 'caudal-stores-ca');
      assert.equal(caSecretOf(manifests, console_, 'redis'), 'caudal-stores-ca');
    },
  },
  'managed-valkey': {
    replaces: ['valkey'],
    check(manifests) {
      const plain = plainEnvironment(containerOf(manifests, onRabbitmq));
      assert.equal(plain.STORE_URL, 'rediss://valkey.example.com:6379');
      assert.equal(plain.STORE_USERNAME, 'caudal-consumer');
      assert.equal(plain.STORE_CA_FILE, undefined);
      assert.equal(secretOf(manifests, onRabbitmq, 'STORE_PASSWORD'), 'caudal-valkey/consumer-password');
      assert.equal(secretOf(manifests, console_, 'VALKEY_PASSWORD'), 'caudal-valkey/console-password');
      assert.match(plainEnvironment(containerOf(manifests, console_)).LANES ?? '', /"caudal-console"/);
    },
  },
  'all-external': {
    replaces: ['rabbitmq', 'kafka', 'valkey', 'redis', 'prometheus', 'grafana'],
    check(manifests) {
      assert.deepEqual(names(manifests, 'StatefulSet'), []);
      assert.deepEqual(names(manifests, 'Secret'), []);
      assert.deepEqual(names(manifests, 'Deployment'), [
        'caudal-console',
        'caudal-ingest',
        'caudal-kafka-redis-consumer',
        'caudal-rabbitmq-valkey-consumer',
      ]);
      assert.equal(find(manifests, 'Deployment', 'caudal-ingest').spec?.replicas, 2);
    },
  },
  'kube-prometheus-stack': {
    replaces: ['prometheus', 'grafana'],
    check(manifests) {
      for (const kind of ['ServiceMonitor', 'PrometheusRule']) {
        const { labels } = find(manifests, kind, 'caudal').metadata;
        assert.equal(labels?.release, 'kube-prometheus-stack');
      }
      const dashboards = manifests.filter(({ metadata }) => metadata.name.startsWith('caudal-dashboard-'));
      assert.equal(dashboards.length, 4);
      for (const { metadata } of dashboards) {
        assert.equal(metadata.labels?.grafana_dashboard, '1');
        assert.equal(metadata.annotations?.grafana_folder, 'Caudal');
      }
      assert.equal(
        plainEnvironment(containerOf(manifests, console_)).PROMETHEUS_URL,
        'http://kube-prometheus-stack-prometheus.monitoring.svc:9090',
      );
    },
  },
  scaling: {
    replaces: [],
    check(manifests) {
      const hpa = find(manifests, 'HorizontalPodAutoscaler', 'caudal-ingest').spec;
      assert.deepEqual([hpa?.minReplicas, hpa?.maxReplicas], [2, 6]);
      const most = (lane: string) =>
        find(manifests, 'ScaledObject', `caudal-${lane}-consumer`).spec?.maxReplicaCount;
      assert.deepEqual([most('kafka-redis'), most('rabbitmq-valkey')], [12, 4]);
      for (const name of ['caudal-ingest', 'caudal-kafka-redis-consumer', 'caudal-rabbitmq-valkey-consumer'])
        assert.ok(!('replicas' in (find(manifests, 'Deployment', name).spec ?? {})), name);
    },
  },
  'four-lanes': {
    replaces: [],
    lanes: 4,
    check(manifests) {
      assert.deepEqual(
        names(manifests, 'Deployment').filter((name) => name.endsWith('-consumer')),
        ['kafka-redis', 'kafka-valkey', 'rabbitmq-redis', 'rabbitmq-valkey'].map(
          (lane) => `caudal-${lane}-consumer`,
        ),
      );
      for (const lane of ['kafka-valkey', 'rabbitmq-redis'])
        loadConfig(environmentOf(manifests, `Deployment caudal-${lane}-consumer`));
    },
  },
  'all-stores': {
    replaces: [],
    lanes: 6,
    check(manifests) {
      const added = ['kafka-ignite', 'kafka-postgresql', 'rabbitmq-ignite', 'rabbitmq-postgresql'];
      for (const lane of added) {
        const { store } = loadConfig(environmentOf(manifests, `Deployment caudal-${lane}-consumer`));
        assert.deepEqual([store.name, store.settings.keyPrefix], [lane.split('-')[1], `${lane}:`]);
      }
      const schemas = containerOf(manifests, 'Deployment caudal-postgresql-schema').args?.[0] ?? '';
      assert.match(schemas, /'kafka-postgresql:' 'rabbitmq-postgresql:'/);
      assert.match(
        JSON.stringify(find(manifests, 'Role', 'caudal-console')),
        /caudal-rabbitmq-ignite-consumer/,
      );
    },
  },
  'managed-postgresql': {
    replaces: ['postgresql'],
    lanes: 3,
    except: ['postgresql-schema'],
    check(manifests) {
      const consumer = 'Deployment caudal-kafka-postgresql-consumer';
      const plain = plainEnvironment(containerOf(manifests, consumer));
      assert.equal(plain.STORE_URL, 'postgresql://postgresql.example.com:5432/caudal?sslmode=verify-full');
      assert.deepEqual([plain.STORE_USERNAME, plain.STORE_SCHEMA], ['caudal_consumer', 'check']);
      assert.equal(secretOf(manifests, consumer, 'STORE_PASSWORD'), 'caudal-postgresql/consumer-password');
      assert.equal(caSecretOf(manifests, consumer, 'store'), 'caudal-stores-ca');
      const schema = 'Deployment caudal-postgresql-schema';
      assert.equal(secretOf(manifests, schema, 'STORE_PASSWORD'), 'caudal-postgresql/owner-password');
    },
  },
  ...ORDERS_EXAMPLES,
  ...FILMS_EXAMPLES,
  'air-gap': {
    replaces: [],
    check(manifests) {
      for (const pod of podsOf(manifests)) {
        assert.deepEqual((pod.spec as unknown as { imagePullSecrets: unknown }).imagePullSecrets, [
          { name: 'registry-login' },
        ]);
        for (const { image } of containersOf(pod)) {
          assert.ok(image.startsWith('registry.example.com/mirror/'), image);
          if (image.includes('caudal')) assert.match(image, /mirror\/caudal@sha256:[0-9a-f]{64}$/);
        }
      }
    },
  },
  ingress: {
    replaces: [],
    check(manifests) {
      const { spec = {} } = find(manifests, 'Ingress', 'caudal');
      const rules = spec.rules as readonly {
        host: string;
        http: { paths: readonly { backend: { service: { name: string } } }[] };
      }[];
      assert.deepEqual(
        rules.map(({ host, http }) => [host, http.paths[0]?.backend.service.name]),
        [
          ['caudal.example.com', 'caudal-ingest'],
          ['console.example.com', 'caudal-console'],
          ['grafana.example.com', 'caudal-grafana'],
        ],
      );
      const [tls] = spec.tls as readonly { hosts: readonly string[] }[];
      assert.deepEqual(
        tls?.hosts,
        rules.map(({ host }) => host),
      );
      assert.equal(secretOf(manifests, ingest, 'API_KEYS'), 'caudal-api-keys/api-keys');
      const grafana = plainEnvironment(containerOf(manifests, 'Deployment caudal-grafana'));
      assert.equal(grafana.GF_SERVER_ROOT_URL, 'https://grafana.example.com');
    },
  },
};

describe('worked values files', () => {
  it('are all checked here', () => {
    const files = globSync('*.yaml', { cwd: examples }).map((file) => basename(file, '.yaml'));
    assert.deepEqual(files.sort(), Object.keys(purposes).sort());
  });

  for (const [name, { replaces, lanes = 2, except = [], check }] of Object.entries(purposes)) {
    it(`${name}: installs what it is for`, async () => {
      const manifests = await renderExample(name);
      assertAbsent(manifests, replaces, except);
      check(manifests);
    });

    it(`${name}: gives the services a configuration they accept`, async () => {
      const manifests = await renderExample(name);
      parseIngestConfig(environmentOf(manifests, ingest));
      assert.equal(parseConsoleConfig(environmentOf(manifests, console_)).lanes.length, lanes);
      for (const owner of [onKafka, onRabbitmq]) loadConfig(environmentOf(manifests, owner));
    });
  }

  it('can be merged over the preset ha', async () => {
    for (const name of Object.keys(purposes)) {
      const manifests = await render({ presets: ['ha'], flags: ['--values', example(name)] });
      purposes[name]?.check(manifests);
    }
  });

  it('are refused by the schema with a key that the chart does not have', async () => {
    const { ok, stderr } = await helm(
      'template',
      'caudal',
      chart,
      '--values',
      ownImageValues,
      '--values',
      example('strimzi-kafka'),
      '--set',
      'externalKafka.tls.caSecrets=x',
    );
    assert.ok(!ok);
    assert.match(stderr, /caSecrets/);
  });

  it('stay out of the package: Helm would keep them in the Secret of every release', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'caudal-package-'));
    try {
      const { ok, stderr } = await helm('package', chart, '--destination', directory);
      assert.ok(ok, stderr);
      const [archive] = globSync('*.tgz', { cwd: directory });
      const files = execFileSync('tar', ['-tzf', join(directory, archive ?? '')], { encoding: 'utf8' }).split(
        '\n',
      );
      assert.ok(files.includes('caudal/values-ha.yaml'));
      assert.deepEqual(
        files.filter((file) => file.includes('examples')),
        [],
      );
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('the objects of worked examples', () => {
  let kubeconform: string;
  let directory: string;

  before(async () => {
    kubeconform = await ensureKubeconform(say);
    directory = await mkdtemp(join(tmpdir(), 'caudal-examples-'));
  });
  after(() => rm(directory, { recursive: true }));

  it(`are what Kubernetes ${kubernetesVersions[2]} takes`, async () => {
    const all: Manifest[] = [];
    for (const name of Object.keys(purposes)) all.push(...(await renderExample(name)));
    const file = join(directory, 'manifests.yaml');
    await writeFile(file, all.map((manifest) => JSON.stringify(manifest)).join('\n---\n'));
    const schemas = [
      await ensureKubernetesSchemas(kubernetesVersions[2], say),
      await ensureCustomResourceSchemas(say),
    ];
    const locations = schemas.flatMap((path) => ['-schema-location', join(path, schemaLocation)]);
    const { stdout } = await runCommand(kubeconform, ['-strict', '-summary', ...locations, file]);
    assert.match(stdout, new RegExp(`Valid: ${all.length}, Invalid: 0, Errors: 0`));
  });
});

const say = (line: string) => process.stderr.write(`${line}\n`);
