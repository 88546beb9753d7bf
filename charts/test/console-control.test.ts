import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { find, type Manifest, names, type RenderOptions, render } from './support/manifests.ts';
import { containerOf, plainEnvironment, podsOf } from './support/pods.ts';

const scaling = (values: object = {}): RenderOptions => ({
  values: { ...values, services: { console: { control: { enabled: true }, ...consoleOf(values) } } },
});
const consoleOf = (values: object) => (values as { services?: { console?: object } }).services?.console ?? {};

const rulesOf = (manifests: readonly Manifest[]) =>
  (find(manifests, 'Role', 'caudal-console') as unknown as { rules: unknown }).rules;

/** The account of each pod that has its token. */
const tokens = (manifests: readonly Manifest[]) =>
  podsOf(manifests)
    .filter(({ spec }) => spec.automountServiceAccountToken)
    .map(({ owner, spec }) => [owner, spec.serviceAccountName]);

describe('the right to scale lanes', () => {
  it('is no one’s by default: no Role, no token', async () => {
    const manifests = await render();
    assert.deepEqual(names(manifests, 'Role'), []);
    assert.deepEqual(tokens(manifests), []);
  });

  it('is the console’s where it is given, for the replicas of the lanes’ consumers alone', async () => {
    const manifests = await render(scaling({ lanes: { again: { broker: 'kafka', store: 'valkey' } } }));
    assert.deepEqual(rulesOf(manifests), [
      {
        apiGroups: ['apps'],
        resources: ['deployments/scale'],
        resourceNames: [
          'caudal-again-consumer',
          'caudal-kafka-redis-consumer',
          'caudal-rabbitmq-valkey-consumer',
        ],
        verbs: ['get', 'patch'],
      },
    ]);
    assert.deepEqual(tokens(manifests), [['Deployment caudal-console', 'caudal-console']]);
    assert.deepEqual(names(manifests, 'ServiceAccount'), ['caudal', 'caudal-console']);
  });

  it('leaves out lanes whose replicas an autoscaler owns, and is none at all where all are such', async () => {
    const keda = { keda: { enabled: true } };
    const one = await render(
      scaling({ lanes: { 'kafka-redis': { broker: 'kafka', store: 'redis', storeKeyPrefix: '', ...keda } } }),
    );
    assert.match(JSON.stringify(rulesOf(one)), /rabbitmq-valkey-consumer/);
    assert.doesNotMatch(JSON.stringify(rulesOf(one)), /kafka-redis-consumer/);
    // A rule that names no objects is for all of them.
    assert.deepEqual(rulesOf(await render(scaling({ consumer: keda }))), []);
  });

  it('is of an account of its own, also where all pods share one or each has one', async () => {
    for (const [values, account, made] of [
      [{ pod: { serviceAccount: { create: true } } }, 'caudal-console', true],
      [{ services: { console: { pod: { serviceAccount: { name: 'mine' } } } } }, 'mine', false],
      [{ serviceAccount: { create: false } }, 'caudal-console', true],
    ] as const) {
      const manifests = await render(scaling(values));
      assert.deepEqual(tokens(manifests), [['Deployment caudal-console', account]]);
      const { subjects } = find(manifests, 'RoleBinding', 'caudal-console') as unknown as {
        subjects: unknown;
      };
      assert.deepEqual(subjects, [{ kind: 'ServiceAccount', name: account, namespace: 'test' }]);
      assert.equal(
        names(manifests, 'ServiceAccount').filter((name) => name === account).length,
        made ? 1 : 0,
      );
    }
  });

  it('goes past NetworkPolicies to the API server, as nothing else of the console does', async () => {
    const egress = async (options: RenderOptions) =>
      JSON.stringify(find(await render(options), 'NetworkPolicy', 'caudal-console').spec?.egress);
    const networkPolicy = { enabled: true };
    assert.doesNotMatch(await egress({ values: { networkPolicy } }), /6443/);
    assert.match(await egress(scaling({ networkPolicy })), /\{"ports":\[\{"port":443\},\{"port":6443\}\]\}/);
  });

  it('reaches the console with the names of the Deployments, and nothing otherwise', async () => {
    const environment = (manifests: readonly Manifest[]) =>
      plainEnvironment(containerOf(manifests, 'Deployment caudal-console'));
    const { CONTROL, CONTROL_NAMESPACE, CONTROL_TARGETS } = environment(await render(scaling()));
    assert.deepEqual([CONTROL, CONTROL_NAMESPACE], ['kubernetes', 'test']);
    assert.deepEqual(JSON.parse(CONTROL_TARGETS ?? ''), {
      'kafka-redis': 'caudal-kafka-redis-consumer',
      'rabbitmq-valkey': 'caudal-rabbitmq-valkey-consumer',
    });
    const without = Object.keys(environment(await render()));
    assert.deepEqual(
      without.filter((name) => /^(CONTROL|LIVE)/.test(name)),
      [],
    );
  });

  it('goes with the console', async () => {
    const manifests = await render({
      values: { services: { console: { enabled: false, control: { enabled: true } } } },
    });
    assert.deepEqual(names(manifests, 'Role'), []);
    assert.deepEqual(names(manifests, 'ServiceAccount'), ['caudal']);
  });
});

describe('the stream of messages', () => {
  const scriptOf = async (options: RenderOptions) =>
    find(await render(options), 'ConfigMap', 'caudal-kafka-topology').data?.['declare-topology.mjs'] ?? '';
  const live = { values: { services: { console: { live: { enabled: true } } } } };

  it('takes the right to read the topic, which the console has nowhere else', async () => {
    assert.match(await scriptOf(live), /\['console', topic, TOPIC, \[DESCRIBE, READ\]\]/);
    assert.match(await scriptOf({}), /\['console', topic, TOPIC, \[DESCRIBE\]\]/);
    const { LIVE } = plainEnvironment(containerOf(await render(live), 'Deployment caudal-console'));
    assert.equal(LIVE, 'on');
  });
});

describe('the console’s Prometheus', () => {
  it('is asked for this release alone, as it may scrape others', async () => {
    const environment = plainEnvironment(containerOf(await render(), 'Deployment caudal-console'));
    assert.match(environment.PROMETHEUS_URL ?? '', /^http:/);
    assert.equal(environment.PROMETHEUS_SELECTOR, 'namespace="test", release="caudal"');
  });
});
