import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually } from '@caudal/common/testing';
import { type KubernetesObject, PatchStrategy } from '@kubernetes/client-node';
import { conditionOf, readAutoscaler, rescalesOf } from '../cluster/support/autoscaler.ts';
import { assertExact, query, scale, untilRolledOut, useRelease } from '../cluster/support/index.ts';
import { installKedaForTests } from './install-keda.ts';

const PARTITIONS = 3;
/** More than there are partitions: Kafka's lane must stop at those. */
const MAX_REPLICAS = 4;
const BACKLOG_PER_REPLICA = 500;
const MIN_ACCEPTED = 20;
/** The loads are ended early, and may be more than the consumers of the moment can take. */
const ENDED_EARLY = { minAccepted: MIN_ACCEPTED, maxUnknown: Infinity, maxRefused: Infinity };

const KAFKA = 'kafka-redis-consumer';
const RABBITMQ = 'rabbitmq-valkey-consumer';
const LIMITS = [
  { consumer: KAFKA, most: PARTITIONS },
  { consumer: RABBITMQ, most: MAX_REPLICAS },
] as const;

const LOAD = {
  DURATION: '8m',
  USERS: '200',
  REQUEST_TIMEOUT: '60s',
  P95_MS: '600000',
  P99_MS: '600000',
  MAX_DROPPED: '1000000',
};
/** More than one consumer stores, throttled as they are here. */
const HEAVY = { ...LOAD, RATE: '1500', BATCH: '50' };
const LIGHT = { ...LOAD, RATE: '10' };

/** Lets KEDA ask Prometheus, as docs/kubernetes/scaling.md has it; where policies are enforced it reads nothing without. */
const POLICIES = {
  networkPolicy: { enabled: true },
  extraObjects: [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: '{{ .Release.Name }}-keda' },
      spec: {
        podSelector: {
          matchLabels: {
            'app.kubernetes.io/instance': '{{ .Release.Name }}',
            'app.kubernetes.io/component': 'prometheus',
          },
        },
        policyTypes: ['Ingress'],
        ingress: [
          {
            from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'keda' } } }],
            ports: [{ port: 9090 }],
          },
        ],
      },
    },
  ],
};

const keda = (options: Readonly<Record<string, unknown>>) => ({
  ...POLICIES,
  prometheus: { enabled: true },
  kafka: { partitions: PARTITIONS },
  consumer: {
    batchMaxMessages: 2,
    resources: { limits: { cpu: '100m' } },
    keda: {
      enabled: true,
      minReplicas: 1,
      maxReplicas: MAX_REPLICAS,
      backlogPerReplica: BACKLOG_PER_REPLICA,
      ...options,
    },
  },
});
/** Keeps what it has, so that nothing goes away before there is a load to see it. */
const ONLY_UP = { behavior: { scaleDown: { selectPolicy: 'Disabled' } } };
const UP_AND_DOWN = { cooldownSeconds: 5 };

interface ScaledObject extends KubernetesObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const since = (startedAt: number): string => `${((performance.now() - startedAt) / 1_000).toFixed(0)} s`;

describe('KEDA', () => {
  let removeKeda: (() => Promise<void>) | undefined;
  before(async () => {
    removeKeda = await installKedaForTests();
  });
  const release = useRelease({ namespace: 'keda-test', preset: 'minimal', values: keda(ONLY_UP) });
  // After the release, whose ScaledObjects the operator has to let go.
  after(() => removeKeda?.());

  /** KEDA makes one for each ScaledObject. */
  const autoscalerName = (consumer: string): string => `keda-hpa-${release().release.nameOf(consumer)}`;
  const autoscaler = (consumer: string) => readAutoscaler(release(), autoscalerName(consumer));
  const replicas = async (consumer: string): Promise<number> =>
    (await release().release.deployment(consumer)).spec?.replicas ?? 0;
  const upgrade = (values: Readonly<Record<string, unknown>>) =>
    release().helm.upgrade({ ...release().chart, values });
  const backlog = () => query(release(), 'caudal_backlog_messages', 'lane');

  const scaledObject = (consumer: string) => ({
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: release().release.nameOf(consumer), namespace: release().release.namespace },
  });

  async function isReady(consumer: string): Promise<boolean> {
    const { status } = await release().cluster.objects.read<ScaledObject>(scaledObject(consumer));
    return status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  }

  /** What `kubectl annotate` does; null takes the annotation away. */
  async function annotate(consumer: string, annotation: string, value: string | null): Promise<void> {
    const object = scaledObject(consumer);
    // The client's type knows no null.
    const annotations = { [annotation]: value } as Record<string, string>;
    await release().cluster.objects.patch(
      { ...object, metadata: { ...object.metadata, annotations } },
      ...([undefined, undefined, undefined, undefined] as const),
      PatchStrategy.MergePatch,
    );
  }

  it('adds consumers while the backlog grows, as far as there are partitions, and an upgrade leaves them', async (test) => {
    for (const { consumer } of LIMITS)
      await eventually(() => isReady(consumer), Boolean, { pastErrors: true });
    const result = await release().load({
      variables: HEAVY,
      endsAfter: MIN_ACCEPTED,
      async during() {
        const startedAt = performance.now();
        await Promise.all(
          LIMITS.map(async ({ consumer, most }) => {
            await eventually(
              () => replicas(consumer),
              (count) => count >= 2,
              { pastErrors: true },
            );
            test.diagnostic(`${consumer}: 2 or more ${since(startedAt)} into the load`);
            await eventually(
              () => replicas(consumer),
              (count) => count >= most,
              { pastErrors: true },
            );
            test.diagnostic(`${consumer}: ${most} after ${since(startedAt)}`);
            await untilRolledOut(release(), consumer);
          }),
        );
        // It would have more, and says what keeps it.
        await eventually(
          () => autoscaler(KAFKA),
          (hpa) => conditionOf(hpa, 'ScalingLimited') === 'True: TooManyReplicas',
          { pastErrors: true },
        );
        const waiting = (await backlog()).get('kafka-redis') ?? 0;
        assert.ok(
          waiting > PARTITIONS * BACKLOG_PER_REPLICA,
          `a backlog of ${waiting} needs no more than it has`,
        );
        for (const { consumer, most } of LIMITS) assert.equal(await replicas(consumer), most, consumer);
        const assigned = () => query(release(), 'caudal_assigned_sources{lane="kafka-redis"}', 'instance');
        await eventually(
          assigned,
          (by) => by.size === PARTITIONS && [...by.values()].every((count) => count === 1),
          { pastErrors: true },
        );
        await upgrade(keda({ ...ONLY_UP, pollingIntervalSeconds: 4 }));
        for (const { consumer, most } of LIMITS) assert.equal(await replicas(consumer), most, consumer);
      },
    });
    test.diagnostic(`${result.load.messages.accepted} messages`);
    assertExact(result, ENDED_EARLY);
  });

  it('removes them when the backlog is gone, under load', async (test) => {
    const result = await release().load({
      variables: LIGHT,
      endsAfter: MIN_ACCEPTED,
      async during() {
        for (const { consumer, most } of LIMITS) assert.equal(await replicas(consumer), most, consumer);
        const startedAt = performance.now();
        await upgrade(keda(UP_AND_DOWN));
        await Promise.all(
          LIMITS.map(async ({ consumer }) => {
            await eventually(
              () => replicas(consumer),
              (count) => count === 1,
              { pastErrors: true },
            );
            test.diagnostic(`${consumer}: one after ${since(startedAt)}`);
            await untilRolledOut(release(), consumer);
          }),
        );
      },
    });
    assertExact(result, ENDED_EARLY);
    for (const { consumer, most } of LIMITS) {
      const done = await rescalesOf(release(), autoscalerName(consumer));
      assert.ok(
        done.every(({ size }) => size >= 1 && size <= most),
        JSON.stringify(done),
      );
      assert.match(done[0]?.reason ?? '', /^external metric s0-prometheus.* above target$/);
      assert.deepEqual(done.at(-1), { size: 1, reason: 'All metrics below target' });
    }
  });

  it('removes none while the backlog is unknown', async () => {
    const started = release();
    await scale(started, 'console', 0);
    await eventually(backlog, (by) => by.size === 0, { pastErrors: true });
    const unknown = 'False: FailedGetExternalMetric';
    await eventually(
      () => autoscaler(KAFKA),
      (hpa) => conditionOf(hpa, 'ScalingActive') === unknown,
      { pastErrors: true },
    );
    await scale(started, KAFKA, 2);
    await untilRolledOut(started, KAFKA);
    // It has seen both and still does not know.
    const seen = await eventually(
      () => autoscaler(KAFKA),
      ({ status }) => status?.currentReplicas === 2,
      { pastErrors: true },
    );
    assert.deepEqual([conditionOf(seen, 'ScalingActive'), await replicas(KAFKA)], [unknown, 2]);

    await scale(started, 'console', 1);
    await eventually(
      () => replicas(KAFKA),
      (count) => count === 1,
      { pastErrors: true },
    );
    await eventually(() => isReady(KAFKA), Boolean, { pastErrors: true });
  });

  it('holds the number that a person asks it to hold', async () => {
    const held = 'autoscaling.keda.sh/paused-replicas';
    await annotate(KAFKA, held, '2');
    await eventually(
      () => replicas(KAFKA),
      (count) => count === 2,
      { pastErrors: true },
    );
    await annotate(KAFKA, held, null);
    await eventually(
      () => replicas(KAFKA),
      (count) => count === 1,
      { pastErrors: true },
    );
  });
});
