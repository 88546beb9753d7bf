import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { eventually } from '@caudal/common/testing';
import { ApiException, PatchStrategy, setHeaderOptions, type V1Pod } from '@kubernetes/client-node';
import { LocalProvider } from '../../../../tools/cluster/local/local-provider.ts';
import type { LoadResult } from '../../src/workloads/messages/load/measure-load.ts';
import { HA_ON_TWO_NODES } from './support/ha-release.ts';
import { assertExact, longestPauses, useRelease } from './support/index.ts';
import { killContainer } from './support/kill-container.ts';
import { patientLoad } from './support/patient-load.ts';
import { isWhole, workloadsOf } from './support/workloads.ts';

/** Of a lane, whichever node is drained. */
const LONGEST_PAUSE_SECONDS = 25;
/** Others learn of a broker that said nothing when its session ends, and a request to a node without power has to time out first. */
const LONGEST_PAUSE_AFTER_SUDDEN_LOSS_SECONDS = 45;
const { variables: PATIENT, endedEarly: ENDED_EARLY } = patientLoad({ rate: 40 });
const BROKERS = ['kafka', 'rabbitmq'];

// alone: pauses are measured, and both nodes are needed whole
const release = useRelease({ shares: { release: 'ha', turn: 1 }, ...HA_ON_TWO_NODES });

function assertNoLongPause(t: TestContext, result: LoadResult, limit = LONGEST_PAUSE_SECONDS): void {
  const pauses = longestPauses(result);
  t.diagnostic(`longest pause by lane, seconds: ${JSON.stringify(pauses)}`);
  for (const [lane, seconds] of Object.entries(pauses))
    assert.ok(seconds <= limit, `${lane} stood still for ${seconds} s`);
}

const podsOn = async (node: string): Promise<readonly V1Pod[]> =>
  (await release().release.pods()).filter(
    ({ spec, status }) => spec?.nodeName === node && status?.phase === 'Running',
  );

/** Those that are about to end too. */
async function allPodsOn(node: string): Promise<readonly V1Pod[]> {
  const { items } = await release().cluster.core.listNamespacedPod({
    namespace: release().release.namespace,
    fieldSelector: `spec.nodeName=${node}`,
  });
  return items.filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending');
}

async function untilAllReady(): Promise<void> {
  await eventually(
    () => workloadsOf(release()),
    (all) => all.length > 0 && all.every(isWhole),
    { pastErrors: true },
  );
}

const setSchedulable = (node: string, schedulable: boolean) =>
  release().cluster.core.patchNode(
    { name: node, body: { spec: { unschedulable: schedulable ? null : true } } },
    setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
  );

/** What `kubectl drain` asks for; false where a PodDisruptionBudget forbids it at the moment. */
async function evict(pod: V1Pod): Promise<boolean> {
  const metadata = { name: pod.metadata?.name ?? '', namespace: pod.metadata?.namespace ?? '' };
  try {
    await release().cluster.core.createNamespacedPodEviction({ ...metadata, body: { metadata } });
    return true;
  } catch (error) {
    if (error instanceof ApiException && error.code === 429) return false;
    if (error instanceof ApiException && error.code === 404) return true;
    throw error;
  }
}

describe('three brokers of each kind on two nodes', () => {
  it('put one of each on the second node', async () => {
    for (const component of BROKERS) {
      const pods = await release().release.pods(component);
      const nodes = pods.map(({ spec }) => spec?.nodeName).sort();
      assert.deepEqual(nodes, ['node1', 'node1', 'node2'], component);
    }
  });

  it('lose nothing and do not stand still when each pod is killed, of both kinds at the same time', async (t) => {
    const kill = async (component: string): Promise<void> => {
      const pods = await release().release.pods(component);
      assert.equal(pods.length, 3, component);
      for (const { metadata } of pods) await killContainer(release(), component, metadata?.name);
    };
    const result = await release().load({
      variables: PATIENT,
      endsAfter: ENDED_EARLY.minAccepted,
      async during() {
        await Promise.all(BROKERS.map(kill));
      },
    });
    // With two others up, a broker that is replaced need not cost a single request or redelivery.
    assertExact(result, ENDED_EARLY);
    assertNoLongPause(t, result, LONGEST_PAUSE_AFTER_SUDDEN_LOSS_SECONDS);
  });

  it('let a drain take one pod of a kind at a time', async () => {
    const [first, second] = await release().release.pods('kafka');
    assert.ok(first && second);
    assert.equal(await evict(first), true);
    assert.equal(await evict(second), false, 'the budget forbids a second one');
    await untilAllReady();
  });

  it('lose nothing and do not stand still when the second node is drained', async (t) => {
    const result = await release().load({
      variables: PATIENT,
      endsAfter: ENDED_EARLY.minAccepted,
      async during() {
        await setSchedulable('node2', false);
        try {
          for (const pod of await podsOn('node2'))
            await eventually(
              () => evict(pod),
              (done) => done,
              { pastErrors: true },
            );
          await eventually(
            () => allPodsOn('node2'),
            (pods) => pods.length === 0,
            { pastErrors: true },
          );
        } finally {
          await setSchedulable('node2', true);
        }
      },
    });
    await untilAllReady();
    assertExact(result, ENDED_EARLY);
    assertNoLongPause(t, result);
  });

  it('lose nothing when the second node loses its power, and take it back', async (t) => {
    const { provider } = release().on;
    assert.ok(provider instanceof LocalProvider, 'only a local node can lose its power');
    const result = await release().load({
      variables: PATIENT,
      endsAfter: ENDED_EARLY.minAccepted,
      async during() {
        await provider.stopNode2();
        await eventually(
          async () => (await release().cluster.core.readNode({ name: 'node2' })).status?.conditions ?? [],
          (conditions) => conditions.some(({ type, status }) => type === 'Ready' && status !== 'True'),
          { pastErrors: true },
        );
        await provider.startNode2();
      },
    });
    await untilAllReady();
    assertExact(result, ENDED_EARLY);
    assertNoLongPause(t, result, LONGEST_PAUSE_AFTER_SUDDEN_LOSS_SECONDS);
  });
});
