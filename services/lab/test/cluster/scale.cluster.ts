import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '@caudal/common/testing';
import { SCRAPE_SECONDS } from './support/default-release.ts';
import { assertExact, query, scale, untilRolledOut, useRelease } from './support/index.ts';
import { patientLoad } from './support/patient-load.ts';
import { confinementOf } from './support/pod-state.ts';
import { isService, workloadsOf } from './support/workloads.ts';

const PARTITIONS = 12;
const { variables: PATIENT, endedEarly: ENDED_EARLY } = patientLoad({ rate: 50, users: 80 });

const release = useRelease({
  namespace: 'scale-test',
  // The partitions below are seen by a Prometheus that finds pods through the API server, with the only token there is.
  values: {
    pod: { serviceAccount: { create: true } },
    prometheus: { discovery: 'kubernetes', scrapeInterval: `${SCRAPE_SECONDS}s` },
    secretsAsFiles: true,
  },
});

/** Partitions by pod, as Prometheus has them. */
const assigned = () => query(release(), 'caudal_assigned_sources{lane="kafka-redis"} > 0', 'instance');
const isShared = (by: ReadonlyMap<string, number>, members: number): boolean =>
  by.size === members && [...by.values()].reduce((sum, count) => sum + count, 0) === PARTITIONS;

describe('kubectl scale', () => {
  it('spreads the partitions over three consumers and back to one, under load, to an exact account', async () => {
    const started = release();
    const consumer = 'kafka-redis-consumer';
    const result = await started.load({
      variables: PATIENT,
      endsAfter: ENDED_EARLY.minAccepted,
      async during() {
        await scale(started, consumer, 3);
        await untilRolledOut(started, consumer);
        await eventually(assigned, (by) => isShared(by, 3), { pastErrors: true });

        await started.helm.upgrade({
          ...started.chart,
          values: { ...started.chart.values, logLevel: 'debug' },
        });
        const upgraded = await started.release.deployment(consumer);
        assert.equal(upgraded.spec?.replicas, 3, 'an upgrade leaves the count alone');
        const level = upgraded.spec?.template.spec?.containers[0]?.env?.find(
          ({ name }) => name === 'LOG_LEVEL',
        );
        assert.equal(level?.value, 'debug', 'and changes what it was asked to');
        await eventually(assigned, (by) => isShared(by, 3), { pastErrors: true });

        await scale(started, consumer, 1);
        await untilRolledOut(started, consumer);
        await eventually(assigned, (by) => isShared(by, 1), { pastErrors: true });
      },
    });
    assertExact(result, ENDED_EARLY);
  });
});

describe('service accounts per component', () => {
  it('are what the pods run with, and only the one that finds pods has a token', async () => {
    for (const pod of await release().release.pods()) {
      const { labels = {}, name } = pod.metadata ?? {};
      const component = labels['app.kubernetes.io/component'] ?? '';
      assert.equal(pod.spec?.serviceAccountName, release().release.nameOf(component), name);
      // A finished load.
      if (pod.status?.phase !== 'Running') continue;
      const found = component === 'prometheus' ? 'ca.crt namespace token' : 'none';
      for (const { container, token } of await confinementOf(release(), pod))
        assert.equal(token, found, `${name}/${container}`);
    }
  });
});

describe('passwords as files', () => {
  it('are what the services of this release log in with: none has one in its environment', async () => {
    const services = (await workloadsOf(release())).filter(isService);
    assert.ok(services.length >= 4, `only ${services.length} services`);
    for (const { component, pods } of services) {
      const [pod] = pods;
      const { containers = [], volumes = [] } = pod?.spec ?? {};
      const variables = containers.flatMap(({ env = [] }) => env);
      assert.ok(
        variables.some(({ name }) => name.endsWith('_PASSWORD_FILE')),
        component,
      );
      assert.deepEqual(
        variables.filter(({ valueFrom }) => valueFrom?.secretKeyRef !== undefined),
        [],
      );
      assert.ok(volumes.some(({ projected }) => projected?.sources?.some(({ secret }) => secret)));
    }
  });
});
