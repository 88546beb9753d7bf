import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { chart } from '../scripts/paths.ts';
import { helm, preset } from './support/helm.ts';
import { LiveObjects } from './support/live-objects.ts';
import { find, type Manifest, names, ownImageValues, refusal, render } from './support/manifests.ts';
import { containerOf, plainEnvironment } from './support/pods.ts';
import { ordersOn, toggles } from './support/toggles.ts';

const withOrders = (more: object) => render({ values: { ...ordersOn, ...more } });

describe('a way to the shop', () => {
  it('is a route by Ingress or HTTPRoute, to the API or to the mailbox', async () => {
    const routes = [
      { host: 'shop.example.com', path: '/', service: 'orders-api' },
      { host: 'mail.example.com', path: '/', service: 'orders-mailbox' },
    ];
    const manifests = await withOrders({
      orders: { ...ordersOn.orders, api: { service: { port: 8_000 } } },
      ingress: { enabled: true, routes },
      httpRoute: { enabled: true, parentRefs: [{ name: 'gateway' }], routes },
    });
    const { rules } = find(manifests, 'Ingress', 'caudal').spec as {
      rules: readonly { http: { paths: readonly { backend: { service: unknown } }[] } }[];
    };
    assert.deepEqual(
      rules.map(({ http }) => http.paths[0]?.backend.service),
      [
        { name: 'caudal-orders-api', port: { number: 8_000 } },
        { name: 'caudal-orders-mailbox', port: { number: 80 } },
      ],
    );
    const backends = manifests
      .filter(({ kind }) => kind === 'HTTPRoute')
      .map(({ spec }) => (spec?.rules as readonly { backendRefs: unknown }[] | undefined)?.[0]?.backendRefs);
    assert.deepEqual(backends, [
      [{ name: 'caudal-orders-api', port: 8_000 }],
      [{ name: 'caudal-orders-mailbox', port: 80 }],
    ]);
  });

  it('is a Service with the fields that Kubernetes has', async () => {
    const service = { type: 'LoadBalancer', nodePort: 30_082, spec: { externalTrafficPolicy: 'Local' } };
    const manifests = await withOrders({
      orders: {
        enabled: true,
        api: { service },
        mailbox: { enabled: true, service: { spec: { loadBalancerClass: 'a' } } },
      },
    });
    const { type, externalTrafficPolicy, ports } = find(manifests, 'Service', 'caudal-orders-api').spec ?? {};
    assert.deepEqual(
      [type, externalTrafficPolicy, (ports as readonly { nodePort: number }[])[0]?.nodePort],
      ['LoadBalancer', 'Local', 30_082],
    );
    assert.equal(find(manifests, 'Service', 'caudal-orders-mailbox').spec?.loadBalancerClass, 'a');
  });
});

describe('what looks after the shop', () => {
  const components = ['orders-api', 'orders-mailbox', 'orders-notifier', 'orders-processor'];

  it('scrapes every part, limits its disruption, and tests it after an install', async () => {
    const manifests = await withOrders({ monitoring: { serviceMonitor: { enabled: true } } });
    const scraped = find(manifests, 'ConfigMap', 'caudal-prometheus').data?.['prometheus.yml'] ?? '';
    const test = plainEnvironment(containerOf(manifests, 'Pod caudal-test'));
    for (const name of components) {
      assert.ok(scraped.includes(`caudal-${name}-ops.`), name);
      assert.ok(test.OPERATIONS_URLS?.includes(`http://caudal-${name}-ops.`), name);
      assert.equal(
        find(manifests, 'Service', `caudal-${name}-ops`).metadata.labels?.['caudal/metrics'],
        'true',
      );
      assert.ok(names(manifests, 'PodDisruptionBudget').includes(`caudal-${name}`), name);
    }
    assert.equal(test.ORDERS_URL, 'http://caudal-orders-api.test.svc.cluster.local:80');
    assert.match(smokeOf(manifests), /\$\{process\.env\.ORDERS_URL\}\/openapi\.json/);
    assert.doesNotMatch(smokeOf(await render()), /ORDERS_URL/);
  });

  it('gives each part an account of its own where each is to have one', async () => {
    const made = names(await withOrders({ pod: { serviceAccount: { create: true } } }), 'ServiceAccount');
    for (const name of components) assert.ok(made.includes(`caudal-${name}`), name);
  });
});

const smokeOf = (manifests: readonly Manifest[]) =>
  find(manifests, 'ConfigMap', 'caudal-test').data?.['smoke.mjs'] ?? '';

describe('a load of the shop', () => {
  it('goes to its API, with scripts that are there where the shop is', async () => {
    const loadOf = async (options: object) => {
      const manifests = await render(options);
      const container = containerOf(manifests, 'CronJob caudal-load');
      const scripts = Object.keys(find(manifests, 'ConfigMap', 'caudal-loadtest-scripts').data ?? {});
      return { url: plainEnvironment(container).BASE_URL, args: container.args?.[0] ?? '', scripts };
    };
    const seed = await loadOf(toggles.orders ?? {});
    assert.equal(seed.url, 'http://caudal-orders-api:80');
    assert.match(seed.args, /\/scripts\/orders-seed\.ts/);
    assert.ok(seed.scripts.includes('lib--orders--ledger.ts'), seed.scripts.join());
    const usual = await loadOf({});
    assert.equal(usual.url, 'http://caudal-ingest:80');
    assert.deepEqual(
      usual.scripts.filter((name) => name.includes('orders')),
      [],
    );
    const messages = await loadOf({ presets: ['orders'], values: { loadtest: { scenario: 'seed' } } });
    assert.equal(messages.url, 'http://caudal-ingest:80');
    assert.match(
      await refusal({ values: { ...ordersOn, loadtest: { scenario: 'orders-storm' } } }),
      /\/loadtest\/scenario/,
    );
    for (const scenario of ['orders-steady', 'orders-burst']) await withOrders({ loadtest: { scenario } });
    // Nothing is loaded there: its scenario does not matter.
    await render({ values: { loadtest: { scenario: 'orders-seed', onDemand: false } } });
  });
});

describe('the dashboard and the alerts of the shop', () => {
  let copy: string;
  before(async () => {
    copy = await mkdtemp(join(tmpdir(), 'caudal-chart-'));
    await cp(chart, copy, { recursive: true });
    await writeFile(join(copy, 'dashboards', 'orders.json'), '{"title":"Orders"}\n');
    await writeFile(
      join(copy, 'rules', 'alerts.yaml'),
      `groups:\n${['caudal-lanes', 'caudal-orders', 'caudal-servers']
        .map(
          (name) =>
            `  - name: ${name}\n    rules:\n      - alert: A${name.length}\n        expr: vector(1)\n`,
        )
        .join('')}`,
    );
  });
  after(() => rm(copy, { recursive: true }));

  it('are there where the shop is', async () => {
    const rule = { monitoring: { prometheusRule: { enabled: true } } };
    const look = async (values: object) => {
      const manifests = await render({ chart: copy, values: { ...rule, ...values } });
      const groups = find(manifests, 'PrometheusRule', 'caudal').spec?.groups as readonly { name: string }[];
      return {
        dashboard: names(manifests, 'ConfigMap').includes('caudal-dashboard-orders'),
        mounted: JSON.stringify(find(manifests, 'Deployment', 'caudal-grafana')).includes(
          'caudal-dashboard-orders',
        ),
        groups: groups.map(({ name }) => name),
        file: find(manifests, 'ConfigMap', 'caudal-prometheus-rules').data?.['alerts.yaml'],
      };
    };
    const [on, off] = [await look(ordersOn), await look({})];
    assert.deepEqual([on.dashboard, on.mounted, off.dashboard, off.mounted], [true, true, false, false]);
    assert.deepEqual(on.groups, ['caudal-lanes', 'caudal-orders', 'caudal-servers']);
    assert.deepEqual(off.groups, ['caudal-lanes', 'caudal-servers']);
    assert.match(on.file ?? '', /^ {2}- name: caudal-orders$/m);
    assert.equal(
      off.file,
      `groups:\n${['caudal-lanes', 'caudal-servers']
        .map(
          (name) =>
            `  - name: ${name}\n    rules:\n      - alert: A${name.length}\n        expr: vector(1)\n`,
        )
        .join('')
        .trimEnd()}\n`,
    );
  });
});

describe('an upgrade of the shop', () => {
  it('keeps the secret of order ids and the password of the mailbox', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'caudal-live-'));
    const kept = { 'order-id-secret': 'a2VwdA==', 'mailbox-password': 'YXMgd2VsbA==' };
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'caudal-orders-auth',
        namespace: 'test',
        labels: { 'app.kubernetes.io/managed-by': 'Helm' },
        annotations: { 'meta.helm.sh/release-name': 'caudal', 'meta.helm.sh/release-namespace': 'test' },
      },
      data: kept,
    };
    try {
      await using live = await LiveObjects.serve([secret as never]);
      const manifests = await render({ values: ordersOn, flags: await live.flags(directory) });
      assert.deepEqual(find(manifests, 'Secret', 'caudal-orders-auth').data, kept);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('the notes on the shop', () => {
  const notes = async (...flags: readonly string[]) => {
    const install = ['install', 'caudal', chart, '--namespace', 'test', '--dry-run=client'];
    const { ok, stdout, stderr } = await helm(...install, '--values', ownImageValues, ...flags);
    assert.ok(ok, stderr);
    return stdout.split('\nNOTES:\n')[1] ?? '';
  };
  const set = (...values: readonly string[]) => values.flatMap((value) => ['--set', value]);

  it('say how to open it, to read its mails, to scale it, and what becomes of its volume', async () => {
    const text = await notes('--values', preset('orders'));
    assert.match(text, /port-forward svc\/caudal-orders-api 8082:80 &/);
    assert.match(text, /curl -d value=87 http:\/\/localhost:8082\/\n/);
    assert.match(text, /port-forward svc\/caudal-orders-mailbox 8083:80 &/);
    assert.match(text, /scale deploy\/caudal-orders-processor --replicas=3\n/);
    const kept = await notes(
      '--values',
      preset('orders'),
      ...set('orders.mailbox.persistence.whenDeleted=Retain'),
    );
    assert.match(kept, /The volumes of orders-mailbox are kept\./);
    const none = await notes(
      '--values',
      preset('orders'),
      ...set('orders.mailbox.persistence.enabled=false'),
    );
    assert.match(none, /WARNING: orders-mailbox has no volume; its data is lost with its pod\./);
    assert.doesNotMatch(await notes(), /orders|shop/);
  });

  it('warn of a password for the mail server without TLS', async () => {
    const server = set(
      'orders.enabled=true',
      'postgresql.enabled=true',
      'orders.smtp.host=smtp',
      'orders.smtp.from=a@b.example',
      'orders.smtp.username=a',
      'orders.smtp.existingSecret=b',
    );
    assert.doesNotMatch(await notes(...server), /WARNING/);
    const warning = /WARNING: passwords are sent to orders\.smtp without TLS/;
    assert.match(await notes(...server, ...set('orders.smtp.security=none')), warning);
  });
});
