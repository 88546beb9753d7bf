import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConsoleConfig } from '../../services/console/src/config.ts';
import { loadConfig } from '../../services/consumer/src/config.ts';
import { parseIngestConfig } from '../../services/ingest-api/src/config.ts';
import { find, names, render, specOf } from './support/manifests.ts';
import { containerOf, environmentOf, plainEnvironment, podsOf } from './support/pods.ts';
import { toggles } from './support/toggles.ts';

describe('the environment of the services', () => {
  for (const name of [
    'default',
    'ha',
    'external',
    'lanes crossed',
    'no Kafka passwords',
    'external Valkey',
  ]) {
    it(`is a configuration they accept: ${name}`, async () => {
      const manifests = await render(toggles[name]);
      parseIngestConfig(environmentOf(manifests, 'Deployment caudal-ingest'));
      const lanes = parseConsoleConfig(environmentOf(manifests, 'Deployment caudal-console')).lanes;
      const consumers = names(manifests, 'Deployment').filter((deployment) =>
        deployment.endsWith('-consumer'),
      );
      assert.equal(consumers.length, 2);
      for (const deployment of consumers) {
        const { lane, broker, store } = loadConfig(environmentOf(manifests, `Deployment ${deployment}`));
        assert.equal(deployment, `caudal-${lane}-consumer`);
        const seen = lanes.find((candidate) => candidate.lane === lane);
        assert.equal(seen?.broker.name, broker.name);
        assert.equal(seen.store.name, store.name);
        assert.equal(new URL(seen.store.settings.url).host, new URL(store.settings.url).host);
      }
    });
  }

  it('is every address, user and CA of external servers', async () => {
    const manifests = await render({ presets: ['external'] });
    const plain = (owner: string) => plainEnvironment(containerOf(manifests, owner));
    const kafka = plain('Deployment caudal-kafka-redis-consumer');
    assert.equal(
      kafka.KAFKA_BROKERS,
      'kafka-0.example.com:9093,kafka-1.example.com:9093,kafka-2.example.com:9093',
    );
    assert.equal(kafka.KAFKA_TLS, 'true');
    assert.equal(kafka.KAFKA_CA_FILE, '/etc/caudal/ca/kafka/ca.crt');
    assert.equal(kafka.KAFKA_SASL_MECHANISM, 'scram-sha-512');
    assert.equal(kafka.KAFKA_USERNAME, 'consumer');
    assert.equal(kafka.STORE_URL, 'rediss://redis.example.com:6379');
    assert.equal(kafka.STORE_USERNAME, 'consumer');
    assert.equal(kafka.STORE_CA_FILE, '/etc/caudal/ca/store/ca.crt');
    const ingest = plain('Deployment caudal-ingest');
    assert.equal(ingest.RABBITMQ_URL, 'amqps://rabbitmq.example.com:5671');
    assert.equal(ingest.RABBITMQ_USERNAME, 'ingest');
    assert.equal(ingest.RABBITMQ_CA_FILE, '/etc/caudal/ca/rabbitmq/ca.crt');
    const mounts = containerOf(manifests, 'Deployment caudal-ingest').volumeMounts?.map(
      ({ mountPath }) => mountPath,
    );
    assert.deepEqual(mounts, ['/etc/caudal/ca/kafka', '/etc/caudal/ca/rabbitmq']);
  });

  it('is a session of 3 s for consumers of the Kafka here, which allows it, and of 6 s elsewhere', async () => {
    const sessionOf = (manifests: Awaited<ReturnType<typeof render>>) =>
      loadConfig(environmentOf(manifests, 'Deployment caudal-kafka-redis-consumer')).broker;
    for (const presets of [[], ['minimal'], ['ha']] as const) {
      const manifests = await render({ presets });
      const broker = sessionOf(manifests);
      assert.ok(broker.name === 'kafka');
      assert.equal(broker.settings.sessionTimeoutMs, 3_000);
      const properties = find(manifests, 'ConfigMap', 'caudal-kafka').data?.['server.properties'] ?? '';
      const leastMs = /^group\.min\.session\.timeout\.ms=(\d+)$/m.exec(properties)?.[1];
      assert.ok(Number(leastMs) <= broker.settings.sessionTimeoutMs, `the broker takes ${leastMs} ms`);
    }
    const external = sessionOf(await render({ presets: ['external'] }));
    assert.ok(external.name === 'kafka');
    assert.equal(external.settings.sessionTimeoutMs, 6_000);
    const own = { consumer: { env: { KAFKA_SESSION_TIMEOUT_MS: 5_000 } } };
    const set = sessionOf(await render({ values: own }));
    assert.ok(set.name === 'kafka');
    assert.equal(set.settings.sessionTimeoutMs, 5_000);
  });

  it('is for the console alone where the management API of RabbitMQ is', async () => {
    const urlsOf = (manifests: Awaited<ReturnType<typeof render>>) =>
      names(manifests, 'Deployment').flatMap((name) => {
        const url = plainEnvironment(containerOf(manifests, `Deployment ${name}`)).RABBITMQ_MANAGEMENT_URL;
        return url === undefined ? [] : [[name, url]];
      });
    assert.deepEqual(urlsOf(await render()), [['caudal-console', 'http://caudal-rabbitmq:15672']]);
    const external = { presets: ['external'] };
    assert.deepEqual(urlsOf(await render(external)), []);
    const managementUrl = 'https://rabbitmq.example.com:15671';
    const values = { externalRabbitmq: { managementUrl } };
    assert.deepEqual(urlsOf(await render({ ...external, values })), [['caudal-console', managementUrl]]);
  });

  it("is for the console each external store's own CA", async () => {
    const casOf = async (valkey: string, redis: string) => {
      const options = { externalValkey: { caSecret: valkey }, externalRedis: { caSecret: redis } };
      const manifests = await render({ presets: ['external'], values: options });
      const owner = 'Deployment caudal-console';
      const { volumeMounts = [], env = [] } = containerOf(manifests, owner);
      const { volumes = [] } = podsOf(manifests).find((pod) => pod.owner === owner)?.spec ?? {};
      const lanes = JSON.parse(env.find(({ name }) => name === 'LANES')?.value ?? '') as readonly {
        store: string;
        storeCaFile?: string;
      }[];
      return lanes.map(({ store, storeCaFile }) => {
        const mount = volumeMounts.find(({ mountPath }) => storeCaFile === `${mountPath}/ca.crt`);
        const volume = volumes.find(({ name }) => name === mount?.name);
        return [store, storeCaFile, (volume?.secret as { secretName: string } | undefined)?.secretName];
      });
    };
    const [redisFile, valkeyFile] = ['/etc/caudal/ca/redis/ca.crt', '/etc/caudal/ca/valkey/ca.crt'];
    assert.deepEqual(await casOf('one', 'another'), [
      ['redis', redisFile, 'another'],
      ['valkey', valkeyFile, 'one'],
    ]);
    assert.deepEqual(await casOf('', 'another'), [
      ['redis', redisFile, 'another'],
      ['valkey', undefined, undefined],
    ]);
  });

  it('is the defaults of `consumer`, with what a lane has of its own', async () => {
    const manifests = await render({
      values: {
        consumer: { env: { A: 1, B: true }, batchMaxMessages: 500 },
        lanes: {
          'kafka-redis': {
            broker: 'kafka',
            store: 'redis',
            env: { A: 'own' },
            batchMaxMessages: 2000000 / 250,
          },
        },
      },
    });
    const [kafka, rabbitmq] = ['kafka-redis', 'rabbitmq-valkey'].map((lane) =>
      plainEnvironment(containerOf(manifests, `Deployment caudal-${lane}-consumer`)),
    );
    assert.deepEqual([kafka?.A, kafka?.B, kafka?.BATCH_MAX_MESSAGES], ['own', 'true', '8000']);
    assert.deepEqual([rabbitmq?.A, rabbitmq?.B, rabbitmq?.BATCH_MAX_MESSAGES], ['1', 'true', '500']);
  });
});

describe('the batches of a lane', () => {
  it("are as large as its broker's own default unless a number is given", async () => {
    const manifests = await render();
    const sizeOf = (lane: string) =>
      loadConfig(environmentOf(manifests, `Deployment caudal-${lane}-consumer`)).batchMaxMessages;
    assert.deepEqual([sizeOf('rabbitmq-valkey'), sizeOf('kafka-redis')], [1_000, 4_000]);
  });
});

describe('the outside', () => {
  it('is not let in unless asked for, and then by the routes given', async () => {
    assert.deepEqual(names(await render(), 'Ingress'), []);
    assert.deepEqual(names(await render(), 'HTTPRoute'), []);
    const { spec } = find(await render(toggles.Ingress), 'Ingress', 'caudal');
    assert.equal(spec?.ingressClassName, 'traefik');
    const rules = spec.rules as readonly {
      host?: string;
      http: { paths: readonly { backend: { service: { name: string; port: { number: number } } } }[] };
    }[];
    assert.deepEqual(
      rules.map(({ host, http }) => [
        host,
        http.paths[0]?.backend.service.name,
        http.paths[0]?.backend.service.port.number,
      ]),
      [
        ['api.example.com', 'caudal-ingest', 80],
        ['console.example.com', 'caudal-console', 80],
        [undefined, 'caudal-grafana', 3000],
      ],
    );
    const [route] = (await render(toggles.HTTPRoute)).filter(({ kind }) => kind === 'HTTPRoute');
    assert.deepEqual(route?.spec?.parentRefs, [{ name: 'gateway' }]);
  });

  it('finds an HTTPRoute under the same name in whatever order the routes are', async () => {
    const routes = [
      { host: 'a.example.com', path: '/', service: 'ingest' },
      { host: 'a.example.com', path: '/console', service: 'console' },
      { host: 'b.example.com', path: '/', service: 'ingest' },
    ];
    const named = async (given: readonly object[]) =>
      new Map(
        (
          await render({
            values: { httpRoute: { enabled: true, parentRefs: [{ name: 'g' }], routes: given } },
          })
        )
          .filter(({ kind }) => kind === 'HTTPRoute')
          .map(({ metadata, spec }) => [JSON.stringify(spec), metadata.name]),
      );
    const names = await named(routes);
    assert.equal(new Set(names.values()).size, routes.length);
    assert.deepEqual(await named(routes.toReversed()), new Map([...names].toReversed()));
  });

  it('finds a ServiceMonitor that selects every metrics port, with the labels asked for', async () => {
    const manifests = await render(toggles.ServiceMonitor);
    const { metadata } = find(manifests, 'ServiceMonitor', 'caudal');
    assert.equal(metadata.labels?.release, 'kps');
    const { matchLabels } = specOf<{ selector: { matchLabels: Record<string, string> } }>(
      manifests,
      'ServiceMonitor',
      'caudal',
    ).selector;
    const selected = manifests.filter(
      ({ kind, metadata: { labels = {} } }) =>
        kind === 'Service' && Object.entries(matchLabels).every(([key, value]) => labels[key] === value),
    );
    assert.deepEqual(selected.map(({ metadata: { name } }) => name).sort(), [
      'caudal-console-ops',
      'caudal-ingest-ops',
      'caudal-kafka-redis-consumer-ops',
      'caudal-rabbitmq-nodes',
      'caudal-rabbitmq-valkey-consumer-ops',
    ]);
  });
});
