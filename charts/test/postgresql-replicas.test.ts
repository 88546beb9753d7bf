import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { LiveObjects } from './support/live-objects.ts';
import { find, names, type RenderOptions, refusal, render } from './support/manifests.ts';
import { containerOf, plainEnvironment, podsOf } from './support/pods.ts';
import { allowedPairs } from './support/policies.ts';
import { filmsOn, storesOn } from './support/toggles.ts';

/** Films over two replicas, with other values of PostgreSQL. */
const withReplicas = (postgresql: object = {}, others: object = {}) =>
  render({
    values: { ...filmsOn, postgresql: { ...filmsOn.postgresql, ...postgresql }, ...others },
  });

describe('replicas of PostgreSQL', () => {
  it('are none by default, and the server then knows nothing of them', async () => {
    const manifests = await render({ values: storesOn });
    assert.deepEqual(
      manifests.filter(({ metadata }) => metadata.name.includes('postgresql-replica')),
      [],
    );
    const config = find(manifests, 'ConfigMap', 'caudal-postgresql').data ?? {};
    assert.ok(!/replication|max_slot/.test(`${config['pg_hba.conf']}${config['postgresql.conf']}`));
    assert.ok(!('replica-password' in (find(manifests, 'Secret', 'caudal-postgresql-auth').data ?? {})));
  });

  it('are pods with volumes of their own that copy the server and know its Secret, and nothing else of it', async () => {
    const manifests = await withReplicas();
    const { spec } = find(manifests, 'StatefulSet', 'caudal-postgresql-replica');
    assert.deepEqual(
      [spec?.replicas, spec?.podManagementPolicy, spec?.serviceName],
      [2, 'Parallel', 'caudal-postgresql-replica-nodes'],
    );
    assert.equal((spec?.volumeClaimTemplates as readonly unknown[] | undefined)?.length, 1);
    const replica = containerOf(manifests, 'StatefulSet caudal-postgresql-replica');
    const secrets = (replica.env ?? []).flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []);
    assert.deepEqual(secrets, [{ name: 'caudal-postgresql-auth', key: 'replica-password' }]);
    assert.equal(plainEnvironment(replica).PRIMARY, 'host=caudal-postgresql port=5432');
    assert.match(replica.args?.join('') ?? '', /SLOT=replica_\$\{HOSTNAME##\*-\}/);
    assert.equal(replica.image, containerOf(manifests, 'StatefulSet caudal-postgresql').image);
    const { livenessProbe } = containerOf(manifests, 'StatefulSet caudal-postgresql');
    assert.ok(Number(replica.livenessProbe?.failureThreshold) > Number(livenessProbe?.failureThreshold));
    assert.ok(
      (replica.startupProbe?.failureThreshold ?? 0) * (replica.startupProbe?.periodSeconds ?? 10) >= 3_600,
    );
  });

  it('are configured as the server, so that each can take its place', async () => {
    const manifests = await withReplicas({ maxConnections: 200, extraConfig: 'work_mem = 8MB' });
    const [primary, replica] = ['caudal-postgresql', 'caudal-postgresql-replica'].map(
      (name) => find(manifests, 'ConfigMap', name).data ?? {},
    );
    for (const file of ['postgresql.conf', 'pg_hba.conf', 'passwords.sh'])
      assert.equal(replica?.[file], primary?.[file], file);
    assert.ok('replica.sh' in (replica ?? {}) && !('start.sh' in (replica ?? {})));
    assert.match(replica?.['postgresql.conf'] ?? '', /^max_slot_wal_keep_size = 512MB$/m);
    assert.match(replica?.['postgresql.conf'] ?? '', /^work_mem = 8MB$/m);
  });

  it('log in by a role that may copy the server and read no database', async () => {
    const manifests = await withReplicas();
    const hba = find(manifests, 'ConfigMap', 'caudal-postgresql').data?.['pg_hba.conf'] ?? '';
    assert.deepEqual(
      hba.split('\n').filter((line) => line.includes('caudal_replica')),
      ['host replication caudal_replica all scram-sha-256'],
    );
    const { LATER_ROLES } = plainEnvironment(containerOf(manifests, 'StatefulSet caudal-postgresql'));
    assert.equal(LATER_ROLES, 'films_owner films_api replica');
    assert.ok('replica-password' in (find(manifests, 'Secret', 'caudal-postgresql-auth').data ?? {}));
  });

  it('have a Service for reads, one that names each, a disruption budget and what `pod` says', async () => {
    const manifests = await withReplicas({
      replica: { pod: { nodeSelector: { disk: 'fast' }, serviceAccount: { create: true } } },
    });
    const own = (kind: string) =>
      names(manifests, kind).filter((name) => name.startsWith('caudal-postgresql-replica'));
    assert.deepEqual(own('Service'), ['caudal-postgresql-replica', 'caudal-postgresql-replica-nodes']);
    assert.deepEqual(own('PodDisruptionBudget'), ['caudal-postgresql-replica']);
    assert.deepEqual(own('ServiceAccount'), ['caudal-postgresql-replica']);
    const pod = podsOf(manifests).find(({ owner }) => owner === 'StatefulSet caudal-postgresql-replica');
    assert.deepEqual(pod?.spec.nodeSelector, { disk: 'fast' });
    assert.equal(pod?.spec.serviceAccountName, 'caudal-postgresql-replica');
  });

  it('are reached by films alone, and reach the server alone', async () => {
    const pairs = allowedPairs(await withReplicas({}, { networkPolicy: { enabled: true } }));
    assert.deepEqual(
      pairs.filter((pair) => pair.includes('postgresql-replica')),
      [
        'films-api → postgresql-replica:5432',
        'postgresql-replica → anywhere:53',
        'postgresql-replica → postgresql:5432',
      ],
    );
  });

  it('keep no volumes where they are to keep none', async () => {
    const { spec } = find(
      await withReplicas({ replica: { persistence: { enabled: false } } }),
      'StatefulSet',
      'caudal-postgresql-replica',
    );
    assert.ok(!('volumeClaimTemplates' in (spec ?? {})));
  });

  it('are refused with the volume of another, or in numbers that the server has no slots for', async () => {
    for (const [postgresql, pattern] of [
      [{ replica: { persistence: { existingClaim: 'mine' } } }, /replica\/persistence/],
      [{ readReplicas: 9 }, /readReplicas/],
      [{ readReplicas: -1 }, /readReplicas/],
      [{ replica: { promoted: -1 } }, /promoted/],
      [{ replica: { keepWal: '1Ki' } }, /keepWal/],
    ] as const)
      assert.match(
        await refusal({ values: { ...filmsOn, postgresql: { ...filmsOn.postgresql, ...postgresql } } }),
        pattern,
      );
  });

  it('of an external server are its read endpoints, with ports of their own', async () => {
    const readUrls = ['postgresql://ro.example.com:6432/films', 'postgresql://ro2.example.com/films'];
    const manifests = await render({
      values: {
        films: { enabled: true },
        externalPostgresql: { url: 'postgresql://rw.example.com/films', readUrls, existingSecret: 'mine' },
        networkPolicy: { enabled: true },
      },
    });
    const { POSTGRESQL_REPLICA_URLS } = plainEnvironment(
      containerOf(manifests, 'Deployment caudal-films-api'),
    );
    assert.equal(POSTGRESQL_REPLICA_URLS, readUrls.join(','));
    const pairs = allowedPairs(manifests).filter((pair) => pair.startsWith('films-api → anywhere'));
    assert.deepEqual(pairs, [
      'films-api → anywhere:53',
      'films-api → anywhere:5432',
      'films-api → anywhere:6432',
    ]);
    for (const url of ['postgresql://user:password@ro.example.com/films', 'ro.example.com', ''])
      assert.match(await refusal({ values: { externalPostgresql: { readUrls: [url] } } }), /readUrls/);
  });
});

describe('a replica that was promoted', () => {
  const promoted = { replica: { promoted: 1 } };

  it('is what the Service of the server leads to, and the server stays off', async () => {
    const manifests = await withReplicas(promoted);
    const { metadata, spec } = find(manifests, 'Service', 'caudal-postgresql');
    assert.equal(metadata.annotations?.['caudal/primary'], 'caudal-postgresql-replica-1');
    assert.deepEqual(spec?.selector, {
      'app.kubernetes.io/component': 'postgresql-replica',
      'app.kubernetes.io/instance': 'caudal',
      'app.kubernetes.io/name': 'caudal',
      'statefulset.kubernetes.io/pod-name': 'caudal-postgresql-replica-1',
    });
    assert.equal(find(manifests, 'StatefulSet', 'caudal-postgresql').spec?.replicas, 0);
    assert.equal(find(manifests, 'StatefulSet', 'caudal-postgresql-replica').spec?.replicas, 2);
  });

  it('may be reached by whoever reached the server, and followed by the others', async () => {
    const pairs = allowedPairs(await withReplicas(promoted, { networkPolicy: { enabled: true } }));
    for (const pair of [
      'films-data → postgresql-replica:5432',
      'postgresql-replica → postgresql-replica:5432',
      'films-api → postgresql-replica:5432',
    ])
      assert.ok(pairs.includes(pair), pair);
  });

  it('is not forgotten by an upgrade: the server would come back with older data', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'caudal-promoted-'));
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'caudal-postgresql',
        namespace: 'test',
        labels: { 'app.kubernetes.io/managed-by': 'Helm' },
        annotations: {
          'caudal/primary': 'caudal-postgresql-replica-1',
          'meta.helm.sh/release-name': 'caudal',
          'meta.helm.sh/release-namespace': 'test',
        },
      },
    };
    const over = async <Result>(postgresql: object, work: (options: RenderOptions) => Promise<Result>) => {
      await using live = await LiveObjects.serve([service]);
      const values = { ...storesOn, postgresql: { enabled: true, readReplicas: 2, ...postgresql } };
      return await work({ values, flags: await live.flags(directory) });
    };
    try {
      for (const postgresql of [{}, { replica: { promoted: 0 } }])
        assert.match(
          await over(postgresql, refusal),
          /caudal-postgresql-replica-1 is the primary since it was promoted.*keep postgresql\.replica\.promoted=1/,
        );
      await over(promoted, render);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
