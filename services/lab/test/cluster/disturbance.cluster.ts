import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '@caudal/common/testing';
import { consoleOf } from '../../src/workloads/messages/load/console-client.ts';
import { INSTALLED } from './support/default-release.ts';
import {
  assertExact,
  assertFelt,
  deletePod,
  roll,
  scale,
  untilRolledOut,
  useRelease,
} from './support/index.ts';
import { killContainer } from './support/kill-container.ts';
import { patientLoad } from './support/patient-load.ts';
import { isWhole, runsCaudal, type Workload, workloadsOf } from './support/workloads.ts';

const { variables: PATIENT, endedEarly: ENDED_EARLY } = patientLoad();

const release = useRelease({ shares: { release: 'default', turn: 2 }, values: INSTALLED });

/** Workloads by what they are, as the release has them. */
async function workloads(): Promise<
  Readonly<Record<'deployments' | 'servers' | 'services', readonly Workload[]>>
> {
  const all = await workloadsOf(release());
  const deployments = all.filter(({ kind }) => kind === 'Deployment');
  const servers = all.filter(({ kind }) => kind === 'StatefulSet');
  assert.ok(deployments.length > 0 && servers.length > 0, 'the release has both');
  return { deployments, servers, services: deployments.filter(({ pods }) => pods.some(runsCaudal)) };
}

/** Pods that were deleted, by component. */
const deleted = new Map<string, readonly (string | undefined)[]>();

/** Deletes every pod of a workload, one after the other. */
async function disturb({ component, pods }: Workload): Promise<void> {
  for (const { metadata } of pods) await deletePod(release(), component, { pod: metadata?.name ?? '' });
  deleted.set(
    component,
    pods.map(({ metadata }) => metadata?.uid),
  );
}

describe('no message and no request is lost under load, with clients that retry, when', () => {
  it('every pod is deleted once: those of Deployments one after the other, and beside them the servers', async () => {
    const { deployments, servers } = await workloads();
    const result = await release().load({
      variables: PATIENT,
      endsAfter: ENDED_EARLY.minAccepted,
      async during() {
        const one = async (kind: readonly Workload[]) => {
          for (const workload of kind) await disturb(workload);
        };
        await Promise.all([one(deployments), one(servers)]);
      },
    });
    assertFelt(result);
    assertExact(result, ENDED_EARLY);
  });

  it('that was every Deployment and StatefulSet of the release, and each is back', async () => {
    const all = await eventually(
      () => workloadsOf(release()),
      (now) => now.every(isWhole),
      { pastErrors: true, what: 'every workload to have all its pods' },
    );
    assert.ok(all.length >= 10, `only ${all.length} workloads`);
    assert.deepEqual(
      all.filter(({ component }) => !deleted.has(component)).map(({ component }) => component),
      [],
      'none was left alone',
    );
    for (const { component, pods } of all) {
      const before = deleted.get(component) ?? [];
      assert.ok(before.length > 0, `${component} had a pod`);
      assert.deepEqual(
        pods.map(({ metadata }) => metadata?.uid).filter((uid) => before.includes(uid)),
        [],
        `${component} has other pods`,
      );
    }
  });

  it('consumers, brokers and stores are killed without a goodbye', async () => {
    const lanes = await consoleOf(release().release).lanes();
    assert.ok(lanes.length >= 2, `only ${lanes.length} lanes`);
    const consumers = lanes.map(({ lane }) => `${lane}-consumer`);
    const servers = [...new Set(lanes.flatMap(({ broker, store }) => [broker, store]))];
    const result = await release().load({
      variables: PATIENT,
      endsAfter: ENDED_EARLY.minAccepted,
      async during() {
        for (const component of [...consumers, ...servers]) await killContainer(release(), component);
      },
    });
    assertFelt(result);
    assertExact(result, ENDED_EARLY);
  });

  it('every Deployment rolls', async () => {
    const { deployments } = await workloads();
    const result = await release().load({
      variables: PATIENT,
      endsAfter: ENDED_EARLY.minAccepted,
      async during() {
        await Promise.all(deployments.map(({ component }) => roll(release(), component)));
      },
    });
    assertExact(result, ENDED_EARLY);
  });
});

describe('an upgrade to another image tag', () => {
  it('replaces every pod of the services under load, and costs no message and no request', async () => {
    const started = release();
    const image: string | undefined = await started.on.provider.loadImages();
    const tag = image?.split(':').at(-1);
    assert.ok(
      tag !== undefined && tag !== 'local',
      `the image of the same content has a tag of its own, not ${tag}`,
    );
    const result = await started.load({
      variables: PATIENT,
      endsAfter: ENDED_EARLY.minAccepted,
      async during() {
        const values = { ...started.chart.values, images: { caudal: { tag } } };
        await started.helm.upgrade({ ...started.chart, values });
      },
    });
    assertExact(result, ENDED_EARLY);
    const { services } = await workloads();
    assert.ok(services.length >= 4, `only ${services.length} services`);
    for (const { component, pods } of services)
      assert.deepEqual(
        pods.map(({ spec }) => spec?.containers[0]?.image?.split(':').at(-1)),
        [tag],
        component,
      );
  });
});

describe('without retries', () => {
  it('two ingest pods roll without one failed request', async () => {
    const started = release();
    await scale(started, 'ingest', 2);
    await untilRolledOut(started, 'ingest');
    const result = await started.load({
      variables: { ...PATIENT, RETRY: 'off' },
      endsAfter: ENDED_EARLY.minAccepted,
      async during() {
        await roll(started, 'ingest');
      },
    });
    assertExact(result, ENDED_EARLY);
    const { status, retries } = result.load.requests;
    assert.deepEqual([Object.keys(status), retries], [['202'], 0]);
    // As the next file on this release expects it.
    await scale(started, 'ingest', 1);
    await untilRolledOut(started, 'ingest');
  });
});
