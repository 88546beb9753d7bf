import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { find, names, type RenderOptions, render } from './support/manifests.ts';
import { podsOf } from './support/pods.ts';

/** The account of each workload, by the workload. */
async function accountsOf(options: RenderOptions): Promise<ReadonlyMap<string, unknown>> {
  const manifests = await render(options);
  return new Map(
    podsOf(manifests).map(({ owner, spec }) => [
      owner,
      (spec as { serviceAccountName?: unknown }).serviceAccountName,
    ]),
  );
}

describe('service accounts', () => {
  it('are one for all, by default', async () => {
    assert.deepEqual([...new Set((await accountsOf({})).values())], ['caudal']);
    assert.deepEqual(names(await render(), 'ServiceAccount'), ['caudal']);
  });

  it('are one for each component where each is to have its own, and every one is made, once', async () => {
    const own = { pod: { serviceAccount: { create: true } }, loadtest: { enabled: true } };
    for (const more of [{}, { prometheus: { discovery: 'kubernetes' } }]) {
      const manifests = await render({ values: { ...own, ...more } });
      const used = podsOf(manifests).map(
        ({ spec }) => (spec as { serviceAccountName?: string }).serviceAccountName ?? '',
      );
      const made = names(manifests, 'ServiceAccount');
      assert.deepEqual([...made].sort(), [...new Set([...used, 'caudal'])].sort());
      assert.equal(new Set(made).size, made.length);
      for (const name of ['caudal-ingest', 'caudal-kafka-redis-consumer', 'caudal-kafka', 'caudal-test'])
        assert.ok(made.includes(name), name);
    }
  });

  it('are made, taken or shared as one component says', async () => {
    const annotations = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/ingest' };
    const values = {
      services: {
        ingest: { pod: { serviceAccount: { create: true, annotations } } },
        console: { pod: { serviceAccount: { name: 'there-already' } } },
      },
      consumer: { pod: { serviceAccount: { create: true, name: 'consumers' } } },
    };
    const accounts = await accountsOf({ values });
    assert.equal(accounts.get('Deployment caudal-ingest'), 'caudal-ingest');
    assert.equal(accounts.get('Deployment caudal-console'), 'there-already');
    assert.equal(accounts.get('Deployment caudal-kafka-redis-consumer'), 'consumers');
    assert.equal(accounts.get('Deployment caudal-rabbitmq-valkey-consumer'), 'consumers');
    assert.equal(accounts.get('StatefulSet caudal-kafka'), 'caudal');
    const manifests = await render({ values });
    assert.deepEqual([...names(manifests, 'ServiceAccount')].sort(), [
      'caudal',
      'caudal-ingest',
      'consumers',
    ]);
    const { metadata, automountServiceAccountToken } = find(
      manifests,
      'ServiceAccount',
      'caudal-ingest',
    ) as unknown as { metadata: { annotations?: unknown }; automountServiceAccountToken?: unknown };
    assert.deepEqual([metadata.annotations, automountServiceAccountToken], [annotations, false]);
  });

  it('stay shared for a component that says so where the others have their own', async () => {
    const values = {
      pod: { serviceAccount: { create: true } },
      redis: { pod: { serviceAccount: { create: false } } },
    };
    const accounts = await accountsOf({ values });
    assert.equal(accounts.get('StatefulSet caudal-redis'), 'caudal');
    assert.equal(accounts.get('StatefulSet caudal-valkey'), 'caudal-valkey');
  });

  it('of Prometheus that looks for pods have the right to, by whatever name', async () => {
    const values = {
      prometheus: { discovery: 'kubernetes', pod: { serviceAccount: { name: 'mine' } } },
    };
    const manifests = await render({ values });
    assert.equal((await accountsOf({ values })).get('StatefulSet caudal-prometheus'), 'mine');
    const { subjects } = find(manifests, 'RoleBinding', 'caudal-prometheus') as unknown as {
      subjects: readonly { name: string }[];
    };
    assert.deepEqual(
      subjects.map(({ name }) => name),
      ['mine'],
    );
    assert.deepEqual(names(manifests, 'ServiceAccount'), ['caudal']);
  });
});
