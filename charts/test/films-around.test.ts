import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { chart, repository } from '../scripts/paths.ts';
import { secretKeysOf } from './support/doc-tables.ts';
import { helm } from './support/helm.ts';
import { find, names, ownImageValues, render } from './support/manifests.ts';
import { containerOf, plainEnvironment } from './support/pods.ts';
import { filmsOn, toggles } from './support/toggles.ts';

const withFilms = (more: object) => render({ values: { ...filmsOn, ...more } });

describe('a way to the films', () => {
  it('is a route by Ingress or HTTPRoute, and a Service with the fields that Kubernetes has', async () => {
    const routes = [{ host: 'films.example.com', path: '/', service: 'films-api' }];
    const manifests = await withFilms({
      films: {
        enabled: true,
        api: { service: { type: 'LoadBalancer', port: 8_000, spec: { externalTrafficPolicy: 'Local' } } },
      },
      ingress: { enabled: true, routes },
      httpRoute: { enabled: true, parentRefs: [{ name: 'gateway' }], routes },
    });
    const { rules } = find(manifests, 'Ingress', 'caudal').spec as {
      rules: readonly { http: { paths: readonly { backend: { service: unknown } }[] } }[];
    };
    assert.deepEqual(rules[0]?.http.paths[0]?.backend.service, {
      name: 'caudal-films-api',
      port: { number: 8_000 },
    });
    const [backends] = manifests
      .filter(({ kind }) => kind === 'HTTPRoute')
      .map(({ spec }) => (spec?.rules as readonly { backendRefs: unknown }[] | undefined)?.[0]?.backendRefs);
    assert.deepEqual(backends, [{ name: 'caudal-films-api', port: 8_000 }]);
    const { type, externalTrafficPolicy } = find(manifests, 'Service', 'caudal-films-api').spec ?? {};
    assert.deepEqual([type, externalTrafficPolicy], ['LoadBalancer', 'Local']);
  });
});

describe('the page on films', () => {
  const page = readFileSync(join(repository, 'docs', 'kubernetes', 'films.md'), 'utf8');

  it('names the keys of its Secrets as the chart reads them', async () => {
    const rows = new Map(
      [...page.matchAll(/^\| `([\w.]+)` +\| (.*) \|$/gm)].map(([, value = '', keys = '']) => [
        value,
        [...keys.matchAll(/`([a-z-]+)`/g)].map(([, key]) => key).sort(),
      ]),
    );
    const own = { ...filmsOn.postgresql, auth: { existingSecret: 'mine' } };
    const existing = await secretKeysOf({ values: { ...filmsOn, postgresql: own } });
    assert.deepEqual(rows.get('postgresql.auth.existingSecret'), existing.get('mine'));
    const external = await secretKeysOf(toggles['films on external servers'] ?? {});
    assert.deepEqual(rows.get('externalPostgresql.existingSecret'), external.get('my-postgresql'));
    assert.equal(rows.size, 2);
  });

  it('makes the roles that the chart has', () => {
    for (const role of ['caudal_films_owner', 'caudal_films_api'])
      assert.ok(page.includes(`\ncreate role ${role} login password 'PASSWORD';\n`), role);
  });
});

describe('what looks after films', () => {
  it('scrapes the API, limits its disruption, and searches it after an install', async () => {
    const manifests = await withFilms({ pod: { serviceAccount: { create: true } } });
    const scraped = find(manifests, 'ConfigMap', 'caudal-prometheus').data?.['prometheus.yml'] ?? '';
    assert.ok(scraped.includes('caudal-films-api-ops.'));
    assert.ok(names(manifests, 'PodDisruptionBudget').includes('caudal-films-api'));
    const test = plainEnvironment(containerOf(manifests, 'Pod caudal-test'));
    assert.equal(test.FILMS_URL, 'http://caudal-films-api.test.svc.cluster.local:80');
    assert.ok(test.OPERATIONS_URLS?.includes('http://caudal-films-api-ops.'));
    const script = find(manifests, 'ConfigMap', 'caudal-test').data?.['smoke.mjs'] ?? '';
    assert.match(script, /\$\{process\.env\.FILMS_URL\}\/films\?q=the/);
    for (const name of ['films-api', 'films-data'])
      assert.ok(names(manifests, 'ServiceAccount').includes(`caudal-${name}`), name);
  });

  it('has a dashboard and alerts that are there where films are', async () => {
    const rule = { monitoring: { prometheusRule: { enabled: true } } };
    const look = async (values: object) => {
      const manifests = await render({ values: { ...rule, ...values } });
      const groups = find(manifests, 'PrometheusRule', 'caudal').spec?.groups as readonly { name: string }[];
      return {
        dashboard: names(manifests, 'ConfigMap').includes('caudal-dashboard-films'),
        group: groups.some(({ name }) => name === 'caudal-films'),
        file: /^ {2}- name: caudal-films$/m.test(
          find(manifests, 'ConfigMap', 'caudal-prometheus-rules').data?.['alerts.yaml'] ?? '',
        ),
        others: groups.map(({ name }) => name).filter((name) => name !== 'caudal-films'),
      };
    };
    const others = ['caudal-account', 'caudal-lanes', 'caudal-ingest', 'caudal-servers'];
    assert.deepEqual(await look(filmsOn), { dashboard: true, group: true, file: true, others });
    assert.deepEqual(await look({}), { dashboard: false, group: false, file: false, others });
  });

  it('loads its API, with scripts that are there where films are', async () => {
    const loadOf = async (options: object) => {
      const manifests = await render(options);
      const { BASE_URL } = plainEnvironment(containerOf(manifests, 'CronJob caudal-load'));
      const scripts = Object.keys(find(manifests, 'ConfigMap', 'caudal-loadtest-scripts').data ?? {});
      return { url: BASE_URL, scripts: scripts.filter((name) => name.includes('films')) };
    };
    const { url, scripts } = await loadOf(toggles.films ?? {});
    assert.equal(url, 'http://caudal-films-api:80');
    assert.ok(scripts.includes('films-browse.ts'), scripts.join());
    assert.ok(
      scripts.some((name) => name.startsWith('lib--films--') && name.endsWith('.csv')),
      scripts.join(),
    );
    assert.deepEqual(await loadOf({}), { url: 'http://caudal-ingest:80', scripts: [] });
    for (const scenario of ['films-seed', 'films-ramp']) await withFilms({ loadtest: { scenario } });
  });

  it('says in its notes how to search', async () => {
    const notes = async (...flags: readonly string[]) => {
      const install = ['install', 'caudal', chart, '--namespace', 'test', '--dry-run=client'];
      const { ok, stdout, stderr } = await helm(...install, '--values', ownImageValues, ...flags);
      assert.ok(ok, stderr);
      return stdout.split('\nNOTES:\n')[1] ?? '';
    };
    const on = ['films.enabled=true', 'postgresql.enabled=true', 'postgresql.readReplicas=1'];
    const text = await notes(...on.flatMap((value) => ['--set', value]));
    assert.match(text, /port-forward svc\/caudal-films-api 8084:80 &/);
    assert.match(text, /curl 'http:\/\/localhost:8084\/films\?q=godfather'\n/);
    assert.doesNotMatch(await notes(), /films/);
  });
});
