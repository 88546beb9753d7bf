import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { find, names, render } from './support/manifests.ts';
import { podsOf } from './support/pods.ts';

const services = [
  'caudal-console',
  'caudal-ingest',
  'caudal-kafka-redis-consumer',
  'caudal-rabbitmq-valkey-consumer',
];

describe('replicas', () => {
  it('are not rendered where they are null: kubectl scale and autoscalers own them', async () => {
    for (const values of [
      {},
      { services: { ingest: { autoscaling: { enabled: true } } }, consumer: { keda: { enabled: true } } },
    ]) {
      const manifests = await render({ values });
      for (const name of services) {
        const { spec } = find(manifests, 'Deployment', name);
        assert.ok(spec !== undefined && !('replicas' in spec), name);
      }
    }
  });

  it('are rendered where they are a number, 0 included', async () => {
    const manifests = await render({
      values: {
        services: { ingest: { replicas: 2 }, console: { replicas: 0 } },
        consumer: { replicas: 3 },
        lanes: { 'kafka-redis': { broker: 'kafka', store: 'redis', replicas: 5 } },
      },
    });
    assert.deepEqual(
      services.map((name) => find(manifests, 'Deployment', name).spec?.replicas),
      [0, 2, 5, 3],
    );
  });
});

describe('autoscalers', () => {
  it('are off by default', async () => {
    const manifests = await render();
    assert.deepEqual(names(manifests, 'HorizontalPodAutoscaler'), []);
    assert.deepEqual(names(manifests, 'ScaledObject'), []);
  });

  it('of ingest go by CPU', async () => {
    const behavior = { scaleDown: { stabilizationWindowSeconds: 15 } };
    const manifests = await render({
      values: { services: { ingest: { autoscaling: { enabled: true, maxReplicas: 6, behavior } } } },
    });
    assert.deepEqual(find(manifests, 'HorizontalPodAutoscaler', 'caudal-ingest').spec, {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'caudal-ingest' },
      minReplicas: 1,
      maxReplicas: 6,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
        },
      ],
      behavior,
    });
  });

  it('of lanes go by backlog, one for each lane, on Kafka never above the partitions', async () => {
    const manifests = await render({
      values: { consumer: { keda: { enabled: true, maxReplicas: 20 } }, kafka: { partitions: 7 } },
    });
    const [kafka, rabbitmq] = ['caudal-kafka-redis-consumer', 'caudal-rabbitmq-valkey-consumer'].map(
      (name) => find(manifests, 'ScaledObject', name).spec,
    );
    assert.equal(kafka?.maxReplicaCount, 7);
    assert.equal(rabbitmq?.maxReplicaCount, 20);
    assert.deepEqual(kafka?.scaleTargetRef, { name: 'caudal-kafka-redis-consumer' });
    for (const [lane, spec] of [
      ['kafka-redis', kafka],
      ['rabbitmq-valkey', rabbitmq],
    ] as const) {
      // Waiting and in hand: of what is ready alone, RabbitMQ has none while consumers hold everything.
      assert.deepEqual(spec?.triggers, [
        {
          type: 'prometheus',
          metadata: {
            serverAddress: 'http://caudal-prometheus.test.svc.cluster.local:9090',
            query: `max(caudal_backlog_messages{namespace="test", release="caudal", lane="${lane}"})`,
            threshold: '5000',
            ignoreNullValues: 'false',
          },
        },
      ]);
    }
  });

  it('of lanes remove replicas after the cooldown, and behave as the values say, each lane on its own', async () => {
    const policies = [{ type: 'Pods', value: 1, periodSeconds: 30 }];
    const manifests = await render({
      values: {
        consumer: { keda: { enabled: true } },
        lanes: {
          'kafka-redis': {
            broker: 'kafka',
            store: 'redis',
            keda: { cooldownSeconds: 15, behavior: { scaleDown: { policies }, scaleUp: { policies } } },
          },
        },
      },
    });
    const advanced = (name: string) => find(manifests, 'ScaledObject', name).spec?.advanced;
    assert.deepEqual(advanced('caudal-kafka-redis-consumer'), {
      horizontalPodAutoscalerConfig: {
        behavior: { scaleDown: { stabilizationWindowSeconds: 15, policies }, scaleUp: { policies } },
      },
    });
    assert.deepEqual(advanced('caudal-rabbitmq-valkey-consumer'), {
      horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } },
    });
  });
});

describe('disruption budgets', () => {
  it('cover what a drain would hurt, and never block it', async () => {
    const manifests = await render();
    const budgets = manifests.filter(({ kind }) => kind === 'PodDisruptionBudget');
    assert.equal(budgets.length, 8);
    for (const { metadata, spec } of budgets) {
      assert.equal(spec?.maxUnavailable, 1, metadata.name);
      const { matchLabels } = spec.selector as { matchLabels: Record<string, string> };
      const covered = podsOf(manifests).filter(({ labels }) =>
        Object.entries(matchLabels).every(([key, value]) => labels[key] === value),
      );
      assert.equal(covered.length, 1, metadata.name);
    }
  });
});
