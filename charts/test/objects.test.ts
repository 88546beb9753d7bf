import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chart } from '../scripts/paths.ts';
import { helm } from './support/helm.ts';
import { find, type Manifest, names, render } from './support/manifests.ts';
import { toggles } from './support/toggles.ts';

/** How many objects of each kind there are. */
function counts(manifests: readonly Manifest[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const { kind } of [...manifests].sort((a, b) => (a.kind < b.kind ? -1 : 1))) {
    result[kind] = (result[kind] ?? 0) + 1;
  }
  return result;
}

describe('what is rendered', () => {
  it('passes helm lint --strict, with every preset', async () => {
    for (const files of [[], ['minimal'], ['ha'], ['external']]) {
      const flags = files.flatMap((name) => ['--values', `${chart}/values-${name}.yaml`]);
      const { ok, stdout, stderr } = await helm('lint', '--strict', chart, ...flags);
      assert.ok(ok, `${files.join()}: ${stdout}${stderr}`);
      assert.match(stdout, /1 chart\(s\) linted, 0 chart\(s\) failed/);
    }
  });

  it('is one of everything by default', async () => {
    const manifests = (await render()).filter(({ metadata }) => !metadata.name.includes('-dashboard-'));
    assert.deepEqual(counts(manifests), {
      ConfigMap: 10,
      CronJob: 1,
      Deployment: 6,
      Pod: 1,
      PodDisruptionBudget: 8,
      Secret: 5,
      Service: 17,
      ServiceAccount: 1,
      StatefulSet: 5,
    });
    assert.deepEqual(names(manifests, 'Deployment'), [
      'caudal-console',
      'caudal-grafana',
      'caudal-ingest',
      'caudal-kafka-redis-consumer',
      'caudal-kafka-topology',
      'caudal-rabbitmq-valkey-consumer',
    ]);
    assert.deepEqual(names(manifests, 'StatefulSet'), [
      'caudal-kafka',
      'caudal-prometheus',
      'caudal-rabbitmq',
      'caudal-redis',
      'caudal-valkey',
    ]);
  });

  it('is the services alone with everything external', async () => {
    const manifests = (await render({ presets: ['external'] })).filter(
      ({ metadata }) => !metadata.name.includes('-dashboard-'),
    );
    assert.deepEqual(counts(manifests), {
      ConfigMap: 2,
      CronJob: 1,
      Deployment: 4,
      Pod: 1,
      PodDisruptionBudget: 4,
      PrometheusRule: 1,
      Service: 6,
      ServiceAccount: 1,
      ServiceMonitor: 1,
    });
  });

  it('has three brokers of each kind, and three copies, in the preset ha', async () => {
    const manifests = await render({ presets: ['ha'] });
    assert.equal(find(manifests, 'StatefulSet', 'caudal-kafka').spec?.replicas, 3);
    assert.equal(find(manifests, 'StatefulSet', 'caudal-rabbitmq').spec?.replicas, 3);
    const properties = find(manifests, 'ConfigMap', 'caudal-kafka').data?.['server.properties'] ?? '';
    const nodes = 'caudal-kafka-nodes.test.svc.cluster.local:9093';
    assert.ok(
      properties.includes(
        `controller.quorum.voters=0@caudal-kafka-0.${nodes},1@caudal-kafka-1.${nodes},2@caudal-kafka-2.${nodes}\n`,
      ),
    );
    assert.match(properties, /^default\.replication\.factor=3\nmin\.insync\.replicas=2$/m);
    const rabbitmq = find(manifests, 'ConfigMap', 'caudal-rabbitmq').data?.['rabbitmq.conf'] ?? '';
    assert.match(rabbitmq, /^cluster_formation\.target_cluster_size_hint = 3$/m);
    assert.match(
      rabbitmq,
      /^cluster_formation\.classic_config\.nodes\.3 = rabbit@caudal-rabbitmq-2\.caudal-rabbitmq-nodes\.test\.svc\.cluster\.local$/m,
    );
    assert.match(rabbitmq, /^quorum_queue\.continuous_membership_reconciliation\.target_group_size = 3$/m);
  });

  it('differs in every name between two releases', async () => {
    const objects = (manifests: readonly Manifest[]) =>
      manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    const { everything } = toggles;
    const first = objects(await render({ ...everything, release: 'first' }));
    const second = new Set(objects(await render({ ...everything, release: 'second' })));
    assert.ok(first.length >= 60, `only ${first.length} objects`);
    assert.deepEqual(
      first.filter((object) => second.has(object)),
      [],
    );
  });

  it('takes the name that is given instead of the release', async () => {
    const manifests = await render({ values: { fullnameOverride: 'other' } });
    assert.deepEqual(
      manifests.map(({ metadata }) => metadata.name).filter((name) => !/^other(-|$)/.test(name)),
      [],
    );
  });

  it('has no CustomResourceDefinition, and no hook but the test', async () => {
    for (const options of [{}, toggles.everything as object]) {
      for (const { kind, metadata } of await render(options)) {
        assert.notEqual(kind, 'CustomResourceDefinition');
        const hook = metadata.annotations?.['helm.sh/hook'];
        assert.equal(hook, kind === 'Pod' ? 'test' : undefined, `${kind} ${metadata.name}`);
        // Helm 3 deletes a hook that succeeded before \`helm test --logs\` has read its log.
        const deletion = metadata.annotations?.['helm.sh/hook-delete-policy'];
        assert.equal(deletion, kind === 'Pod' ? 'before-hook-creation' : undefined);
      }
    }
  });
});
