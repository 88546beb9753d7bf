import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '@caudal/common/testing';
import { PatchStrategy, setHeaderOptions, type V1Pod, type V1StatefulSet } from '@kubernetes/client-node';
import { isReady } from '../../src/cluster/release.ts';
import { consoleOf, totalsOf } from '../../src/workloads/messages/load/console-client.ts';
import type { LoadResult } from '../../src/workloads/messages/load/measure-load.ts';
import { HA_ON_TWO_NODES } from './support/ha-release.ts';
import { assertExact, longestPauses, useRelease } from './support/index.ts';

const BROKERS = ['kafka', 'rabbitmq'] as const;
type Broker = (typeof BROKERS)[number];
/** What a broker logs that is to stop and has found out that another one is missing. */
const WAITS = {
  kafka: /waiting before the stop: \d+ partitions lack a copy/,
  rabbitmq: /waiting before the stop: for a majority/,
} as const;
const MERGE_PATCH = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

/** Ends with what is done under it. */
const LOAD = {
  RATE: '40',
  DURATION: '10m',
  USERS: '100',
  REQUEST_TIMEOUT: '5s',
  P95_MS: '600000',
  P99_MS: '600000',
  MAX_DROPPED: '1000000',
};
/** What fails is to fail by this, with what was seen last, and not by a limit of the test. */
const PATIENTLY = { timeoutMs: 360_000, pastErrors: true };
const MIN_ACCEPTED = 200;
/**
 * Answers 503 for each broker that leaves: what waits for its confirm, and what comes until ingest is connected to another
 * one. Without a majority every request would get one for as long as that lasts.
 */
const MOST_UNAVAILABLE_PER_BROKER = 40;
/** A broker without a majority that does not see the removal would wait for {@link AWAIT_SECONDS}, and then be killed. */
const MOST_REMOVAL_SECONDS = 120;
/** Stored while a broker that is to stop waits; one that does not wait would be gone by then. */
const ENOUGH_MESSAGES = 400;
/** Twelve times what {@link ENOUGH_MESSAGES} take at the load's rate. */
const STORING_MS = 120_000;

// alone: it takes nodes out of service
const release = useRelease({ shares: { release: 'ha', turn: 2 }, ...HA_ON_TWO_NODES });

async function load(during: () => Promise<void>): Promise<LoadResult> {
  // Consumers find their way back after the test before this one.
  const areReady = (all: readonly V1Pod[]): boolean =>
    all.filter(({ status }) => status?.phase === 'Running').every(isReady);
  await eventually(() => release().release.pods(), areReady, { ...PATIENTLY, what: 'all pods to be ready' });
  return await release().load({ variables: LOAD, endsAfter: MIN_ACCEPTED, during });
}

function assertLittleFelt(result: LoadResult, brokersThatLeft: number): void {
  assertExact(result, { minAccepted: MIN_ACCEPTED, maxUnknown: Infinity });
  const { requests } = result.load;
  const unavailable = requests.status['503'] ?? 0;
  assert.ok(
    unavailable <= MOST_UNAVAILABLE_PER_BROKER * brokersThatLeft,
    `${unavailable} answers were 503: ${JSON.stringify(requests)}`,
  );
}

const describeResult = (result: LoadResult): string =>
  `answers ${JSON.stringify(result.load.requests)}; pauses ${JSON.stringify(longestPauses(result))}`;

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

/** Waits until every lane has stored this many messages more. */
async function untilStored(count: number): Promise<void> {
  const totals = async () => Object.values(totalsOf(await consoleOf(release().release).lanes()));
  const before = await totals();
  await eventually(
    totals,
    (now) => now.length > 0 && now.every(({ total }, lane) => total >= (before[lane]?.total ?? 0) + count),
    {
      timeoutMs: STORING_MS,
      pastErrors: true,
      what: `${count} messages more than ${JSON.stringify(before)} to be stored`,
    },
  );
}

async function untilAllReady(component: string): Promise<void> {
  const areReady = (found: readonly V1Pod[]): boolean =>
    found.length === 3 && found.every((one) => isReady(one) && one.metadata?.deletionTimestamp === undefined);
  await eventually(() => pods(component), areReady, { ...PATIENTLY, what: `${component} to be ready` });
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
  const { status } = await eventually(
    () => release().cluster.apps.readNamespacedStatefulSet({ name, namespace: namespace() }),
    isRolledOut,
    PATIENTLY,
  );
  assert.equal(status?.currentRevision, status?.updateRevision, JSON.stringify(status));
}

/** Asks a broker to stop while another one is missing, and holds it to serving until that one is back. */
async function stopWhileOneIsMissing(component: Broker): Promise<void> {
  const { core } = release().cluster;
  const before = await pod(component, 2);
  // In order, so that its process has ended when its successor is there: others see then that it is missing.
  await core.deleteNamespacedPod({ name: nameOf(component, 2), namespace: namespace() });
  const isSuccessor = (one: V1Pod | undefined): boolean =>
    one !== undefined && one.metadata?.uid !== before?.metadata?.uid;
  const what = `${component} 2 to be replaced`;
  const missing = await eventually(() => pod(component, 2), isSuccessor, { ...PATIENTLY, what });
  assert.equal(missing?.spec?.nodeName, undefined, 'it has no node to run on');
  const leaving = await pod(component, 1);
  const look = async () => {
    const isReplaced = (await pod(component, 1))?.metadata?.uid !== leaving?.metadata?.uid;
    const name = nameOf(component, 1);
    // A pod that does not run has no log.
    const log = isReplaced ? '' : await core.readNamespacedPodLog({ name, namespace: namespace() });
    return { isReplaced, log };
  };
  await core.deleteNamespacedPod({ name: nameOf(component, 1), namespace: namespace() });
  const { isReplaced, log } = await eventually(
    look,
    (seen) => seen.isReplaced || WAITS[component].test(seen.log),
    PATIENTLY,
  );
  assert.ok(!isReplaced, 'it has stopped without the one that is missing');
  assert.match(log, WAITS[component]);
  await untilStored(ENOUGH_MESSAGES);
  const still = await pod(component, 1);
  assert.equal(still?.metadata?.uid, leaving?.metadata?.uid);
  assert.ok(still?.status?.containerStatuses?.every(({ state }) => state?.running !== undefined));
}

async function assertStoppedWhenItWasBack(component: Broker): Promise<void> {
  await untilAllReady(component);
  const [back, next] = [await pod(component, 2), await pod(component, 1)];
  // Its last one: readiness is seen only some seconds after what the hook waits for.
  const startedAt = back?.status?.containerStatuses?.[0]?.state?.running?.startedAt;
  const stoppedAt = next?.metadata?.creationTimestamp;
  assert.ok(startedAt && stoppedAt);
  assert.ok(
    stoppedAt > startedAt,
    `${component} back at ${startedAt.toISOString()}, the next one replaced at ${stoppedAt.toISOString()}`,
  );
}

describe('of three brokers of each kind', () => {
  it('a pod that is to stop serves on until the one that is missing is back, of both kinds at the same time', async (t) => {
    const result = await load(async () => {
      try {
        await setSchedulable(false);
        await Promise.all(BROKERS.map(stopWhileOneIsMissing));
      } finally {
        await setSchedulable(true);
      }
      await Promise.all(BROKERS.map(assertStoppedWhenItWasBack));
    });
    t.diagnostic(describeResult(result));
    assertLittleFelt(result, 2 * BROKERS.length);
  });

  // One kind after the other: the answers 503 that a broker may cost are counted.
  for (const component of BROKERS) {
    it(`${component} rolls without a loss`, async (t) => {
      const result = await load(() => rollOut(component));
      t.diagnostic(describeResult(result));
      assertLittleFelt(result, 3);
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
      await eventually(left, (names) => names.length === 0, { ...PATIENTLY, what: 'all pods to be gone' });
      const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
      t.diagnostic(`removed in ${seconds} s`);
      assert.ok(seconds < MOST_REMOVAL_SECONDS, `removed in ${seconds} s`);
    } finally {
      await setSchedulable(true);
    }
  });
});
