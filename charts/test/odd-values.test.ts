import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { find, type Manifest, refusal, render, renderedText, specOf } from './support/manifests.ts';
import { containerOf, containersOf, plainEnvironment, podsOf } from './support/pods.ts';
import { toggles } from './support/toggles.ts';

const everything = toggles.everything?.values as Record<string, object>;

/** Texts that YAML takes for something else unless they are quoted. */
const odd = { zeros: '007', exponent: '1e3', nothing: 'null', digits: '123', yes: 'yes' };

function environment(manifests: readonly Manifest[], component: string) {
  return plainEnvironment(containerOf(manifests, `Deployment caudal-${component}`));
}

/** The Secret and key that a variable of a component comes from. */
function secretOf(manifests: readonly Manifest[], component: string, variable: string) {
  return containerOf(manifests, `Deployment caudal-${component}`).env?.find(({ name }) => name === variable)
    ?.valueFrom?.secretKeyRef;
}

// The parser refuses duplicate keys (support/manifests.ts), so each rendering here is also a check of that.
describe('values that look like something else', () => {
  it('name queues, topics and the group as they are written', async () => {
    const manifests = await render({
      values: {
        rabbitmq: { queue: odd.zeros, deadLetterQueue: odd.nothing },
        kafka: { topic: odd.digits, deadLetterTopic: odd.yes, group: odd.exponent },
      },
    });
    for (const component of ['ingest', 'console']) {
      const {
        RABBITMQ_QUEUE,
        RABBITMQ_DEAD_LETTER_QUEUE,
        KAFKA_TOPIC,
        KAFKA_DEAD_LETTER_TOPIC,
        KAFKA_GROUP,
      } = environment(manifests, component);
      assert.deepEqual([RABBITMQ_QUEUE, RABBITMQ_DEAD_LETTER_QUEUE], [odd.zeros, odd.nothing]);
      assert.deepEqual(
        [KAFKA_TOPIC, KAFKA_DEAD_LETTER_TOPIC, KAFKA_GROUP],
        [odd.digits, odd.yes, odd.exponent],
      );
    }
    const topology = environment(manifests, 'kafka-topology');
    assert.deepEqual(
      [topology.TOPIC, topology.DEAD_LETTER_TOPICS, topology.GROUPS],
      [odd.digits, odd.yes, odd.exponent],
    );
  });

  it('name users and Secrets of external servers as they are written', async () => {
    const usernames = { ingest: odd.zeros, consumer: odd.exponent, console: odd.nothing };
    const { ingest: _, ...storeUsers } = usernames;
    const manifests = await render({
      presets: ['external'],
      values: {
        externalRabbitmq: { usernames, existingSecret: odd.digits, caSecret: odd.zeros },
        externalKafka: { tls: { caSecret: odd.digits }, sasl: { usernames, existingSecret: odd.exponent } },
        externalValkey: { usernames: storeUsers, existingSecret: odd.digits, caSecret: odd.digits },
        externalRedis: { usernames: storeUsers, existingSecret: odd.zeros, caSecret: odd.digits },
      },
    });
    const ingest = environment(manifests, 'ingest');
    assert.deepEqual([ingest.RABBITMQ_USERNAME, ingest.KAFKA_USERNAME], [odd.zeros, odd.zeros]);
    const consumer = environment(manifests, 'kafka-redis-consumer');
    assert.deepEqual([consumer.KAFKA_USERNAME, consumer.STORE_USERNAME], [odd.exponent, odd.exponent]);
    assert.equal(secretOf(manifests, 'ingest', 'RABBITMQ_PASSWORD')?.name, odd.digits);
    assert.equal(secretOf(manifests, 'ingest', 'KAFKA_PASSWORD')?.name, odd.exponent);
    assert.equal(secretOf(manifests, 'kafka-redis-consumer', 'STORE_PASSWORD')?.name, odd.zeros);
    const lanes = JSON.parse(environment(manifests, 'console').LANES ?? '') as readonly {
      storeUsername: string;
    }[];
    assert.deepEqual(
      lanes.map(({ storeUsername }) => storeUsername),
      [odd.nothing, odd.nothing],
    );
    const cas = podsOf(manifests).flatMap(({ spec }) =>
      (spec.volumes ?? []).flatMap(
        ({ secret }) => (secret as { secretName?: unknown } | undefined)?.secretName ?? [],
      ),
    );
    assert.ok(cas.length >= 8, `only ${cas.length} CAs`);
    for (const name of cas) assert.equal(typeof name, 'string');
  });

  it('name Secrets, classes and accounts as they are written', async () => {
    const servers = ['rabbitmq', 'kafka', 'valkey', 'redis', 'prometheus'];
    const manifests = await render({
      values: {
        ...Object.fromEntries(
          servers.map((server) => [
            server,
            {
              ...(server !== 'prometheus' && { auth: { existingSecret: odd.digits } }),
              persistence: { storageClass: odd.zeros },
            },
          ]),
        ),
        grafana: { auth: { existingSecret: odd.digits } },
        services: { ingest: { apiKeys: { existingSecret: odd.digits, key: odd.exponent } } },
        pod: { priorityClassName: odd.digits },
        serviceAccount: { name: odd.zeros },
        ingress: { enabled: true, className: odd.digits },
      },
    });
    for (const { owner, spec } of podsOf(manifests)) {
      const { priorityClassName, serviceAccountName } = spec as { priorityClassName?: unknown } & typeof spec;
      assert.equal(priorityClassName, odd.digits, owner);
      assert.equal(serviceAccountName, odd.zeros, owner);
      for (const { env = [] } of containersOf({ owner, spec, labels: {}, annotations: {}, replicas: 1 }))
        for (const { name, valueFrom } of env)
          if (valueFrom?.secretKeyRef !== undefined)
            assert.equal(valueFrom.secretKeyRef.name, odd.digits, `${owner} ${name}`);
    }
    assert.equal(secretOf(manifests, 'ingest', 'API_KEYS')?.key, odd.exponent);
    assert.equal(find(manifests, 'ServiceAccount', odd.zeros).metadata.name, odd.zeros);
    assert.equal(find(manifests, 'Ingress', 'caudal').spec?.ingressClassName, odd.digits);
    for (const server of servers) assert.equal(storageClassOf(manifests, server), odd.zeros);
  });

  it('are numbers in full, however large', async () => {
    const large = 1_000_000;
    const values = {
      drainTimeoutMs: large,
      services: { ingest: { env: { LARGE: large, HUGE: 1e21, HALF: 0.5 }, replicas: large } },
      consumer: {
        keda: { enabled: true, backlogPerReplica: large, pollingIntervalSeconds: large, maxReplicas: large },
      },
      loadtest: { enabled: true, deadlineSeconds: large, ttlSeconds: large, env: { MESSAGES: large } },
      pod: { securityContext: { runAsUser: large, fsGroup: large } },
    };
    const manifests = await render({ values });
    // What a lane reads may not outlive its identities, so this one is refused.
    assert.match(
      await refusal({ values: { kafka: { retentionHours: large } } }),
      /retentionHours=1000000 keeps/,
    );
    const { LARGE, HUGE, HALF, DRAIN_TIMEOUT_MS } = environment(manifests, 'ingest');
    assert.deepEqual([LARGE, HUGE, HALF, DRAIN_TIMEOUT_MS], ['1000000', '1e+21', '0.5', '1000000']);
    assert.equal(find(manifests, 'Deployment', 'caudal-ingest').spec?.replicas, large);
    const { activeDeadlineSeconds, ttlSecondsAfterFinished } = specOf<Record<string, unknown>>(
      manifests,
      'Job',
      'caudal-loadtest-1',
    );
    assert.deepEqual([activeDeadlineSeconds, ttlSecondsAfterFinished], [large, large]);
    const { pollingInterval, maxReplicaCount, triggers } = specOf<{
      pollingInterval: number;
      maxReplicaCount: number;
      triggers: readonly { metadata: { threshold: string } }[];
    }>(manifests, 'ScaledObject', 'caudal-rabbitmq-valkey-consumer');
    assert.deepEqual(
      [pollingInterval, maxReplicaCount, triggers[0]?.metadata.threshold],
      [large, large, '1000000'],
    );
    // YAML reads 1e+06 as a number as well, but Kubernetes takes no such text for an integer.
    for (const { owner, spec } of podsOf(manifests))
      assert.equal(spec.securityContext.runAsUser, large, owner);
    const text = await renderedText({ values });
    assert.deepEqual(
      [...text.matchAll(/^.*\d[eE]\+0\d.*$/gm)].map(([line]) => line),
      [],
    );
  });

  it('are hosts with a wildcard', async () => {
    const routes = [{ host: '*.example.com', path: '/', service: 'ingest' }];
    const manifests = await render({
      values: {
        ingress: { enabled: true, routes },
        httpRoute: { enabled: true, parentRefs: [{ name: 'gateway' }], routes },
      },
    });
    const { rules } = specOf<{ rules: readonly { host: string }[] }>(manifests, 'Ingress', 'caudal');
    assert.equal(rules[0]?.host, '*.example.com');
  });

  it('are the storage class "-": none, so that no provisioner makes the volume', async () => {
    const manifests = await render({
      values: { global: { storageClass: 'fast' }, kafka: { persistence: { storageClass: '-' } } },
    });
    assert.equal(storageClassOf(manifests, 'kafka'), '');
    assert.equal(storageClassOf(manifests, 'redis'), 'fast');
    assert.equal(storageClassOf(await render({ values: { global: { storageClass: '-' } } }), 'redis'), '');
    assert.equal(storageClassOf(await render(), 'redis'), undefined);
  });

  it('are IPv6 addresses of external servers, with a port and without', async () => {
    const manifests = await render({
      presets: ['external'],
      values: {
        networkPolicy: { enabled: true },
        externalRabbitmq: { url: 'amqps://[fd00::1]' },
        externalKafka: { brokers: ['[fd00::2]:9094'] },
        externalValkey: { url: 'rediss://[fd00::3]:6390/0' },
        externalRedis: { url: 'rediss://[fd00::4]/0' },
        externalPrometheus: { url: 'http://[fd00::5]' },
      },
    });
    const { egress } = specOf<{ egress: readonly { ports: readonly { port: unknown }[] }[] }>(
      manifests,
      'NetworkPolicy',
      'caudal-console',
    );
    const ports = egress.flatMap((rule) => rule.ports.map(({ port }) => port)).filter((port) => port !== 53);
    assert.deepEqual(ports.sort(), [5671, 6379, 6390, 80, 9094]);
    assert.equal(environment(manifests, 'ingest').KAFKA_BROKERS, '[fd00::2]:9094');
  });
});

describe('labels for every object', () => {
  it('never take the place of those that select, and no key is there twice', async () => {
    const commonLabels = {
      team: odd.zeros,
      'app.kubernetes.io/part-of': 'mine',
      'app.kubernetes.io/instance': 'mine',
      'app.kubernetes.io/managed-by': 'me',
    };
    const manifests = await render({
      values: {
        ...everything,
        commonLabels,
        dashboards: { labels: { 'app.kubernetes.io/part-of': 'theirs' } },
      },
    });
    for (const { kind, metadata } of manifests) {
      if (metadata.name === 'caudal-mine') continue;
      const { labels = {} } = metadata;
      const at = `${kind} ${metadata.name}`;
      assert.equal(labels.team, odd.zeros, at);
      assert.equal(labels['app.kubernetes.io/instance'], 'caudal', at);
      // Helm takes an object for its own by this label.
      assert.equal(labels['app.kubernetes.io/managed-by'], 'Helm', at);
      const dashboard = metadata.name.includes('-dashboard-');
      assert.equal(labels['app.kubernetes.io/part-of'], dashboard ? 'theirs' : 'mine', at);
    }
    for (const { owner, labels } of podsOf(manifests)) {
      assert.equal(labels['app.kubernetes.io/part-of'], 'mine', owner);
      assert.equal(labels['app.kubernetes.io/instance'], 'caudal', owner);
    }
  });
});

describe('release names that Helm takes and Services do not', () => {
  for (const release of ['my.release', '1abc'])
    it(`are refused unless another prefix is given: ${release}`, async () => {
      assert.match(await refusal({ release }), /set fullnameOverride/);
      await assert.doesNotReject(render({ release, values: { fullnameOverride: 'mine' } }));
    });
});

function storageClassOf(manifests: readonly Manifest[], server: string): unknown {
  const { volumeClaimTemplates } = specOf<{
    volumeClaimTemplates: readonly { spec: { storageClassName?: unknown } }[];
  }>(manifests, 'StatefulSet', `caudal-${server}`);
  return volumeClaimTemplates[0]?.spec.storageClassName;
}
