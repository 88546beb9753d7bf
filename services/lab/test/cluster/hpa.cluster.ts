import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '@caudal/common/testing';
import { conditionOf, readAutoscaler, rescalesOf } from './support/autoscaler.ts';
import { assertExact, untilRolledOut, useRelease } from './support/index.ts';

const INGEST = 'ingest';
const MAX_REPLICAS = 3;

/** Latency is not what is judged: two cores run everything. */
const LOAD = {
  DURATION: '8m',
  USERS: '300',
  REQUEST_TIMEOUT: '60s',
  P95_MS: '600000',
  P99_MS: '600000',
  MAX_DROPPED: '1000000',
};
/** Several times what one replica may take of its CPU request, also on a faster machine. */
const HEAVY = { ...LOAD, RATE: '300' };
const LIGHT = { ...LOAD, RATE: '4' };
/** A user has one request open, which is left without an answer when a load ends early. */
const MAX_UNKNOWN = Number(LOAD.USERS);
const MIN_ACCEPTED = { heavy: 100, light: 20 };

const autoscaling = (behavior: Readonly<Record<string, unknown>>, targetCPUUtilizationPercentage = 50) => ({
  services: {
    ingest: {
      resources: { requests: { cpu: '100m' } },
      autoscaling: {
        enabled: true,
        minReplicas: 1,
        maxReplicas: MAX_REPLICAS,
        targetCPUUtilizationPercentage,
        behavior,
      },
    },
  },
});
/** Keeps what it has, so that nothing goes away before there is a load to see it. */
const ONLY_UP = { scaleDown: { selectPolicy: 'Disabled' } };
/** At once, where the default is five minutes after the last need. */
const UP_AND_DOWN = { scaleDown: { stabilizationWindowSeconds: 5 } };

const release = useRelease({
  shares: { release: 'minimal', turn: 2 },
  preset: 'minimal',
  values: autoscaling(ONLY_UP),
});

const autoscaler = () => readAutoscaler(release(), release().release.nameOf(INGEST));
const rescales = () => rescalesOf(release(), release().release.nameOf(INGEST));
const replicas = async (): Promise<number> =>
  (await release().release.deployment(INGEST)).spec?.replicas ?? 0;

const upgrade = (values: Readonly<Record<string, unknown>>) =>
  release().helm.upgrade({ ...release().chart, values });

describe('the HorizontalPodAutoscaler of ingest', () => {
  it('adds replicas under load, and an upgrade leaves them', async (test) => {
    const result = await release().load({
      variables: HEAVY,
      endsAfter: MIN_ACCEPTED.heavy,
      async during() {
        const startedAt = performance.now();
        const raised = await eventually(replicas, (count) => count >= 2, { pastErrors: true });
        test.diagnostic(`${raised} replicas ${since(startedAt)} into the load`);
        await untilRolledOut(release(), INGEST);
        test.diagnostic(`ready after ${since(startedAt)}`);
        await upgrade(autoscaling(ONLY_UP, 40));
        assert.ok((await replicas()) >= raised, 'the upgrade took replicas away');
      },
    });
    assertExact(result, { minAccepted: MIN_ACCEPTED.heavy, maxUnknown: MAX_UNKNOWN });
    const [first] = await rescales();
    assert.match(first?.reason ?? '', /^cpu resource utilization .* above target$/);
  });

  it('removes them when the load is light, without a failed request', async (test) => {
    assert.ok((await replicas()) >= 2, 'nothing to remove');
    const result = await release().load({
      variables: LIGHT,
      endsAfter: MIN_ACCEPTED.light,
      async during() {
        const startedAt = performance.now();
        await upgrade(autoscaling(UP_AND_DOWN));
        await eventually(replicas, (count) => count === 1, { pastErrors: true });
        await untilRolledOut(release(), INGEST);
        test.diagnostic(`one replica after ${since(startedAt)}`);
      },
    });
    assertExact(result, { minAccepted: MIN_ACCEPTED.light, maxUnknown: MAX_UNKNOWN });
  });

  it('says so in its conditions and events, and stayed within its bounds', async () => {
    // A pod that has just gone may leave no metric for one moment.
    const last = await eventually(
      autoscaler,
      (one) =>
        one.status?.currentReplicas === 1 && conditionOf(one, 'ScalingActive') === 'True: ValidMetricFound',
      { pastErrors: true },
    );
    assert.match(conditionOf(last, 'AbleToScale'), /^True: /);
    const done = await rescales();
    assert.ok(
      done.every(({ size }) => size >= 1 && size <= MAX_REPLICAS),
      JSON.stringify(done),
    );
    assert.deepEqual(done.at(-1), { size: 1, reason: 'All metrics below target' });
  });
});

const since = (startedAt: number): string => `${((performance.now() - startedAt) / 1_000).toFixed(0)} s`;
