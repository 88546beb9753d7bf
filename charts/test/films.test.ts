import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseApiConfig } from '../../services/films/src/api/config.ts';
import { loadSchemaConfig } from '../../services/films/src/schema/config.ts';
import { find, type Manifest, names, render } from './support/manifests.ts';
import {
  containerOf,
  containersOf,
  environmentOf,
  plainEnvironment,
  podsOf,
  secretOf,
} from './support/pods.ts';
import { allowedPairs } from './support/policies.ts';
import { filmsOn, toggles } from './support/toggles.ts';

const API = 'Deployment caudal-films-api';
const DATA = 'Deployment caudal-films-data';
const PRIMARY = 'StatefulSet caudal-postgresql';

const plain = (manifests: readonly Manifest[], owner: string) =>
  plainEnvironment(containerOf(manifests, owner));
const withFilms = (films: object, more: object = {}) =>
  render({ values: { ...filmsOn, films: { ...filmsOn.films, ...films }, ...more } });
const onThePrimary = { films: { enabled: true, primaryOnly: true }, postgresql: { enabled: true } };

describe('films', () => {
  it('are not there unless they are on, not even in a file', async () => {
    for (const options of [{}, { presets: ['ha'] }, toggles.orders])
      assert.doesNotMatch(JSON.stringify(await render(options)), /films/i);
  });

  it('are an API, a pod that imports them, and PostgreSQL, by programs that the image has', async () => {
    const workloads = (manifests: readonly Manifest[]) =>
      ['Deployment', 'StatefulSet'].flatMap((kind) => names(manifests, kind));
    const before = workloads(await render());
    const manifests = await render({ values: onThePrimary });
    assert.deepEqual(
      workloads(manifests).filter((name) => !before.includes(name)),
      ['caudal-films-api', 'caudal-films-data', 'caudal-postgresql'],
    );
    assert.deepEqual(containerOf(manifests, API).command, [
      'node',
      '--max-old-space-size-percentage=50',
      'services/films/src/api/main.ts',
    ]);
    assert.match(
      containerOf(manifests, DATA).args?.[0] ?? '',
      /^\s+node --max-old-space-size-percentage=50 services\/films\/src\/schema\/main\.ts & wait/m,
    );
  });

  it('have a configuration that their programs accept, whatever is switched on', async () => {
    for (const [toggle, replicas] of [
      ['films', 2],
      ['films on external servers', 0],
      ['everything', 2],
    ] as const) {
      const manifests = await render(toggles[toggle]);
      const config = parseApiConfig(environmentOf(manifests, API));
      assert.equal(config.reader.replicaUrls.length, replicas, toggle);
      assert.equal(config.pageDirectory, '/app/services/films/web/dist');
      const { apiRole, settings, generate } = loadSchemaConfig(environmentOf(manifests, DATA));
      assert.deepEqual([apiRole, generate], ['caudal_films_api', 0]);
      assert.equal(new URL(settings.url).username, 'caudal_films_owner');
    }
    const made = await withFilms({ data: { generate: 50_000 } });
    assert.equal(loadSchemaConfig(environmentOf(made, DATA)).generate, 50_000);
  });

  it('have a database of their own, which others may not enter, with an owner that the API is not', async () => {
    const manifests = await render(toggles.films);
    const { env = [] } = containerOf(manifests, PRIMARY);
    const given = (name: string) => env.find((variable) => variable.name === name)?.value;
    assert.equal(given('LATER_DATABASES'), 'films');
    assert.ok(given('LATER_ROLES')?.split(' ').join().startsWith('films_owner,films_api'));
    const hba = find(manifests, 'ConfigMap', 'caudal-postgresql').data?.['pg_hba.conf'] ?? '';
    assert.match(hba, /^host caudal_films caudal_films_owner,caudal_films_api all scram-sha-256$/m);
    assert.match(hba, /^host caudal caudal_owner,caudal_consumer,caudal_console all scram-sha-256$/m);
    for (const [owner, user] of [
      [API, 'api'],
      [DATA, 'owner'],
    ] as const) {
      const { POSTGRESQL_URL, POSTGRESQL_USERNAME } = plain(manifests, owner);
      assert.equal(POSTGRESQL_URL, 'postgresql://caudal-postgresql:5432/caudal_films');
      assert.equal(POSTGRESQL_USERNAME, `caudal_films_${user}`);
      assert.equal(
        secretOf(manifests, owner, 'POSTGRESQL_PASSWORD'),
        `caudal-postgresql-auth/films-${user}-password`,
      );
    }
    assert.equal(plain(manifests, DATA).FILMS_API_ROLE, 'caudal_films_api');
  });

  it('keep the password of the owner from every pod but the server and the one that imports', async () => {
    const readers = podsOf(await render(toggles.films)).filter((pod) =>
      containersOf(pod)
        .flatMap(({ env = [] }) => env)
        .some(({ valueFrom }) => valueFrom?.secretKeyRef?.key === 'films-owner-password'),
    );
    assert.deepEqual(
      readers.map(({ owner }) => owner).filter((owner) => !owner.startsWith(PRIMARY)),
      [DATA],
    );
  });

  it('are read from each replica by its place, and from the primary where there are none', async () => {
    const urls = (manifests: readonly Manifest[]) => plain(manifests, API).POSTGRESQL_REPLICA_URLS;
    assert.deepEqual(
      urls(await render(toggles.films))?.split(','),
      [0, 1].map(
        (place) =>
          `postgresql://caudal-postgresql-replica-${place}.caudal-postgresql-replica-nodes:5432/caudal_films`,
      ),
    );
    const three = await withFilms({}, { postgresql: { enabled: true, readReplicas: 3 } });
    assert.equal(urls(three)?.split(',').length, 3);
    const none = plain(await render({ values: onThePrimary }), API);
    assert.deepEqual([none.POSTGRESQL_REPLICA_URLS, none.PRIMARY_READS], ['', 'on']);
  });

  it('take their settings from the values', async () => {
    const manifests = await withFilms({
      primaryReads: false,
      maxLagMs: 250,
      cacheMiB: 0,
      api: { preStopDelayMs: 0, env: { READ_DEADLINE_MS: 2_000, REPLICA_MAX_LAG_MS: 300 } },
      data: { env: { POSTGRESQL_TIMEOUT_MS: 60_000 }, pod: { nodeSelector: { pool: 'a' } } },
    });
    const api = plain(manifests, API);
    assert.deepEqual(
      [api.PRIMARY_READS, api.CACHE_MIB, api.PRE_STOP_DELAY_MS, api.READ_DEADLINE_MS, api.REPLICA_MAX_LAG_MS],
      ['off', '0', '0', '2000', '300'],
    );
    assert.equal(plain(manifests, DATA).POSTGRESQL_TIMEOUT_MS, '60000');
    const { nodeSelector } = podsOf(manifests).find(({ owner }) => owner === DATA)?.spec ?? {};
    assert.deepEqual(nodeSelector, { pool: 'a' });
  });

  it('may be in a PostgreSQL of your own, with roles of any name', async () => {
    const options = toggles['films on external servers'] ?? {};
    const external = (settings: object) =>
      render({
        ...options,
        values: {
          ...(options.values as object),
          externalPostgresql: { url: 'postgresql://p.example.com:6432/app', ...settings },
        },
      });
    const manifests = await external({
      usernames: { 'films-api': 'reader', 'films-owner': 'writer' },
      passwords: { 'films-api': { secret: 'api-only', key: 'pw' } },
      existingSecret: 'mine',
      caSecret: 'my-ca',
    });
    for (const [owner, username, secret] of [
      [API, 'reader', 'api-only/pw'],
      [DATA, 'writer', 'mine/films-owner-password'],
    ] as const) {
      const environment = plain(manifests, owner);
      assert.equal(environment.POSTGRESQL_URL, 'postgresql://p.example.com:6432/app');
      assert.equal(environment.POSTGRESQL_USERNAME, username);
      assert.equal(secretOf(manifests, owner, 'POSTGRESQL_PASSWORD'), secret);
      assert.equal(environment.POSTGRESQL_CA_FILE, '/etc/caudal/ca/postgresql/ca.crt');
      const { volumes = [] } = podsOf(manifests).find((pod) => pod.owner === owner)?.spec ?? {};
      assert.deepEqual(volumes.find(({ name }) => name === 'ca-postgresql')?.secret, {
        secretName: 'my-ca',
        items: [{ key: 'ca.crt', path: 'ca.crt' }],
      });
    }
    assert.equal(plain(manifests, DATA).FILMS_API_ROLE, 'reader');
    const checked = await external({ schema: 'check', passwords: { 'films-api': { secret: 'a' } } });
    assert.ok(!names(checked, 'Deployment').includes('caudal-films-data'), 'nothing imports there');
  });
});

describe('the API of films', () => {
  it('is scaled by CPU by default, between two pods and six, and by hand where that is off', async () => {
    const manifests = await render(toggles.films);
    assert.deepEqual(find(manifests, 'HorizontalPodAutoscaler', 'caudal-films-api').spec, {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'caudal-films-api' },
      minReplicas: 2,
      maxReplicas: 6,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
        },
      ],
    });
    assert.ok(!('replicas' in (find(manifests, 'Deployment', 'caudal-films-api').spec ?? {})));
    const byHand = await withFilms({ api: { replicas: 3, autoscaling: { enabled: false } } });
    assert.deepEqual(names(byHand, 'HorizontalPodAutoscaler'), []);
    assert.equal(find(byHand, 'Deployment', 'caudal-films-api').spec?.replicas, 3);
  });

  it('keeps its pods apart, starts the new one before the old one ends, and lets it drain', async () => {
    const manifests = await render(toggles.films);
    const spec = find(manifests, 'Deployment', 'caudal-films-api').spec as {
      strategy: unknown;
      template: { spec: { topologySpreadConstraints: readonly { topologyKey: string }[] } };
    };
    assert.deepEqual(spec.strategy, { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } });
    assert.deepEqual(
      spec.template.spec.topologySpreadConstraints.map(({ topologyKey }) => topologyKey),
      ['kubernetes.io/hostname'],
    );
    const { terminationGracePeriodSeconds = 0 } =
      podsOf(manifests).find(({ owner }) => owner === API)?.spec ?? {};
    assert.ok(terminationGracePeriodSeconds >= 30);
  });
});

describe('connections of films', () => {
  it('are exactly those that they need', async () => {
    const pairs = async (values: object) =>
      allowedPairs(await render({ values: { networkPolicy: { enabled: true }, ...values } }));
    const [before, after] = [await pairs({}), await pairs(filmsOn)];
    const found = after.filter((pair) => !before.includes(pair) && pair.includes('films'));
    assert.deepEqual(
      found,
      [
        'anyone → films-api:8084',
        'films-api → anywhere:53',
        'films-api → postgresql-replica:5432',
        'films-api → postgresql:5432',
        'films-data → anywhere:53',
        'films-data → postgresql:5432',
        'loadtest → films-api:8084',
        'prometheus → films-api:9090',
        'test → films-api:8084',
        'test → films-api:9090',
      ].sort(),
    );
  });

  it('are for the clients that are named', async () => {
    const from = [{ namespaceSelector: { matchLabels: { team: 'cinema' } } }];
    const manifests = await withFilms(
      {},
      { networkPolicy: { enabled: true, clientsOf: { 'films-api': from } } },
    );
    const { ingress = [] } = find(manifests, 'NetworkPolicy', 'caudal-films-api').spec as {
      ingress?: readonly unknown[];
    };
    assert.deepEqual(ingress[0], { ports: [{ port: 8_084 }], from });
  });
});
