import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PatchStrategy, setHeaderOptions, type V1Pod, type V1StatefulSet } from '@kubernetes/client-node';
import { isReady } from '../../src/cluster/release.ts';
import type { LoadResult } from '../../src/load/measure-load.ts';
import { longestPauses, useRelease } from './support/index.ts';
import { settled } from './support/settled.ts';

const BROKERS = ['kafka', 'rabbitmq'] as const;
const MERGE_PATCH = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

/** Ends with what is done under it. */
const LOAD = {
  RATE: '40',
  DURATION: '10m',
  USERS: '200',
  REQUEST_TIMEOUT: '5s',
  P95_MS: '600000',
  P99_MS: '600000',
  MAX_DROPPED: '1000000',
};
/** What fails is to fail by this, with what was seen last, and not by a limit of the test. */
const PATIENCE_MS = 360_000;
/** Of all answers. A request that waits for a confirm from the broker that leaves is answered 503 and sent again. */
const MOST_UNAVAILABLE = 0.02;
/** The grace period is 120 s, which a broker without a majority would use up. */
const MOST_REMOVAL_SECONDS = 60;

const release = useRelease({
  namespace: 'roll-brokers-test',
  preset: 'ha',
  // What the test removes goes with it.
  values: Object.fromEntries(
    [...BROKERS, 'valkey', 'redis'].map((server) => [server, { persistence: { whenDeleted: 'Delete' } }]),
  ),
});

async function load(during: () => Promise<void>): Promise<LoadResult> {
  // Consumers find their way back after the test before this one.
  const areReady = (all: readonly V1Pod[]): boolean =>
    all.filter(({ status }) => status?.phase === 'Running').every(isReady);
  assert.ok(
    areReady(await settled(() => release().release.pods(), areReady, PATIENCE_MS)),
    'all pods are ready',
  );
  return await release().load({ variables: LOAD, endsWithDuring: true, during });
}

function assertExact({ account, load: { messages, requests } }: LoadResult): void {
  assert.deepEqual([account.exact, account.findings, messages.refused], [true, [], 0]);
  assert.ok(messages.accepted >= 200, `only ${messages.accepted} messages`);
  const answers = Object.values(requests.status).reduce((sum, count) => sum + count, 0);
  const unavailable = requests.status['503'] ?? 0;
  assert.ok(
    unavailable <= answers * MOST_UNAVAILABLE,
    `${unavailable} of ${answers} answers were 503: ${JSON.stringify(requests)}`,
  );
}

const namespace = () => release().release.namespace;
const nameOf = (component: string, index: number) => `${release().release.nameOf(component)}-${index}`;

/** Every pod of a component, also those that are about to end. */
async function pods(component: string) {
  const { items } = await release().cluster.core.listNamespacedPod({
    namespace: namespace(),
    labelSelector: `app.kubernetes.io/instance=caudal,app.kubernetes.io/component=${component}`,
  });
  return items;
}

const pod = async (component: string, index: number) =>
  (await pods(component)).find(({ metadata }) => metadata?.name === nameOf(component, index));

async function untilAllReady(component: string): Promise<void> {
  const areReady = (found: readonly V1Pod[]): boolean =>
    found.length === 3 && found.every((one) => isReady(one) && one.metadata?.deletionTimestamp === undefined);
  assert.ok(areReady(await settled(() => pods(component), areReady, PATIENCE_MS)), `${component} is ready`);
}

async function setSchedulable(schedulable: boolean): Promise<void> {
  for (const { metadata } of (await release().cluster.core.listNode()).items)
    await release().cluster.core.patchNode(
      { name: metadata?.name ?? '', body: { spec: { unschedulable: schedulable ? null : true } } },
      MERGE_PATCH,
    );
}

/** What `kubectl rollout restart` does; resolves when every pod is a new one and ready. */
async function rollOut(component: string): Promise<void> {
  const name = release().release.nameOf(component);
  const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() };
  await release().cluster.apps.patchNamespacedStatefulSet(
    { name, namespace: namespace(), body: { spec: { template: { metadata: { annotations } } } } },
    MERGE_PATCH,
  );
  const isRolledOut = ({ metadata, spec, status }: V1StatefulSet): boolean =>
    status?.observedGeneration === metadata?.generation &&
    status?.updatedReplicas === spec?.replicas &&
    status?.readyReplicas === spec?.replicas &&
    status?.currentRevision === status?.updateRevision;
  const { status } = await settled(
    () => release().cluster.apps.readNamespacedStatefulSet({ name, namespace: namespace() }),
    isRolledOut,
    PATIENCE_MS,
  );
  assert.equal(status?.currentRevision, status?.updateRevision, JSON.stringify(status));
}

describe('of three brokers', () => {
  for (const component of BROKERS) {
    it(`a ${component} pod that is to stop serves on until the one that is missing is back`, async (t) => {
      const { core } = release().cluster;
      const result = await load(async () => {
        try {
          await setSchedulable(false);
          await core.deleteNamespacedPod({
            name: nameOf(component, 2),
            namespace: namespace(),
            gracePeriodSeconds: 0,
          });
          const missing = await settled(
            () => pod(component, 2),
            (one) => one?.metadata?.deletionTimestamp === undefined && one?.status?.phase === 'Pending',
          );
          assert.equal(missing?.status?.phase, 'Pending');
          const leaving = await pod(component, 1);
          await core.deleteNamespacedPod({ name: nameOf(component, 1), namespace: namespace() });
          const log = await settled(
            () => core.readNamespacedPodLog({ name: nameOf(component, 1), namespace: namespace() }),
            (text) => text.includes('waiting before the stop'),
            30_000,
          );
          assert.match(log, /waiting before the stop/);
          const still = await pod(component, 1);
          assert.equal(still?.metadata?.uid, leaving?.metadata?.uid);
          assert.ok(still?.status?.containerStatuses?.every(({ state }) => state?.running !== undefined));
        } finally {
          await setSchedulable(true);
        }
        await untilAllReady(component);
        const [back, next] = [await pod(component, 2), await pod(component, 1)];
        const readyAt = back?.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
        const stoppedAt = next?.metadata?.creationTimestamp;
        assert.ok(readyAt && stoppedAt);
        t.diagnostic(`back at ${readyAt.toISOString()}, the next one replaced at ${stoppedAt.toISOString()}`);
        assert.ok(stoppedAt >= readyAt);
      });
      assertExact(result);
    });
  }

  for (const component of BROKERS) {
    it(`${component} rolls without a loss`, async (t) => {
      const result = await load(() => rollOut(component));
      t.diagnostic(
        `answers ${JSON.stringify(result.load.requests)}; pauses ${JSON.stringify(longestPauses(result))}`,
      );
      assertExact(result);
    });
  }

  it('those left without a majority stop long before their grace period ends when the release is removed', async (t) => {
    const left = async () =>
      (await Promise.all(BROKERS.map(pods))).flat().map(({ metadata }) => metadata?.name);
    try {
      await setSchedulable(false);
      for (const component of BROKERS)
        for (const index of [1, 2])
          await release().cluster.core.deleteNamespacedPod({
            name: nameOf(component, index),
            namespace: namespace(),
            gracePeriodSeconds: 0,
          });
      const startedAtMs = performance.now();
      await release().helm.uninstall(release().chart);
      assert.deepEqual(await settled(left, (names) => names.length === 0, PATIENCE_MS), []);
      const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
      t.diagnostic(`removed in ${seconds} s`);
      assert.ok(seconds < MOST_REMOVAL_SECONDS, `removed in ${seconds} s`);
    } finally {
      await setSchedulable(true);
    }
  });
});
