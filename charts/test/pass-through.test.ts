import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { find, type Manifest, render, specOf } from './support/manifests.ts';
import { containerOf, type PodSpec, podsOf } from './support/pods.ts';
import { toggles } from './support/toggles.ts';

/** The pod spec of a workload by kind and name, as far as it is passed through. */
function podSpec(manifests: readonly Manifest[], owner: string): PodSpec & Readonly<Record<string, unknown>> {
  const pod = podsOf(manifests).find((candidate) => candidate.owner === owner);
  assert.ok(pod, owner);
  return pod.spec as PodSpec & Readonly<Record<string, unknown>>;
}

const kafka = 'StatefulSet caudal-kafka';
const ingest = 'Deployment caudal-ingest';

describe('what users lay over pods', () => {
  it('reaches every pod, and the block of a component adds to it or overrides it', async () => {
    const manifests = await render({
      values: {
        pod: { spec: { hostAliases: [{ ip: '10.0.0.1', hostnames: ['a'] }], runtimeClassName: 'gvisor' } },
        kafka: { pod: { spec: { runtimeClassName: 'kata', schedulerName: 'mine' } } },
      },
    });
    const pods = podsOf(manifests);
    assert.ok(pods.length >= 12, `only ${pods.length} pods`);
    for (const { owner } of pods) {
      const spec = podSpec(manifests, owner);
      assert.deepEqual(spec.hostAliases, [{ ip: '10.0.0.1', hostnames: ['a'] }], owner);
      assert.equal(spec.runtimeClassName, owner === kafka ? 'kata' : 'gvisor', owner);
      assert.equal(spec.schedulerName, owner === kafka ? 'mine' : undefined, owner);
      // What the chart itself says of a pod is still there.
      assert.equal(spec.securityContext.runAsNonRoot, true, owner);
      assert.equal(spec.automountServiceAccountToken, false, owner);
    }
  });

  it('adds volumes, containers and variables, and replaces those of the same name', async () => {
    const manifests = await render({
      values: {
        kafka: {
          pod: {
            spec: {
              volumes: [
                { name: 'extra', secret: { secretName: 'mine' } },
                { name: 'tmp', emptyDir: { medium: 'Memory' } },
              ],
              initContainers: [{ name: 'first', image: 'docker.io/library/busybox:1.37.0' }],
              containers: [{ name: 'sidecar', image: 'docker.io/library/busybox:1.37.0' }],
            },
            container: {
              env: [
                { name: 'KAFKA_HEAP_OPTS', value: '-Xmx99m' },
                { name: 'MINE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
              ],
              volumeMounts: [{ name: 'extra', mountPath: '/extra' }],
            },
          },
        },
      },
    });
    const before = podSpec(await render(), kafka);
    const { volumes = [], containers, initContainers = [] } = podSpec(manifests, kafka);
    assert.equal(volumes.length, (before.volumes?.length ?? 0) + 1);
    assert.deepEqual(volumes.find(({ name }) => name === 'tmp')?.emptyDir, { medium: 'Memory' });
    assert.deepEqual(
      [containers, initContainers].map((list) => list.map(({ name }) => name)),
      [['kafka', 'sidecar'], ['first']],
    );
    const { env = [], volumeMounts = [], image } = containerOf(manifests, kafka, 'kafka');
    const plain = containerOf(await render(), kafka);
    assert.equal(env.length, (plain.env?.length ?? 0) + 1);
    assert.equal(env.find(({ name }) => name === 'KAFKA_HEAP_OPTS')?.value, '-Xmx99m');
    assert.ok(env.find(({ name }) => name === 'ADMIN_PASSWORD')?.valueFrom);
    assert.equal(volumeMounts.length, (plain.volumeMounts?.length ?? 0) + 1);
    assert.equal(image, plain.image);
  });

  it('merges maps, takes another probe as a whole, and removes with null', async () => {
    const manifests = await render({
      values: {
        services: {
          ingest: {
            pod: {
              spec: { enableServiceLinks: null, dnsConfig: { options: [{ name: 'ndots', value: '2' }] } },
              container: {
                readinessProbe: { tcpSocket: { port: 'ops' } },
                securityContext: { runAsUser: 1_000_000_000 },
                livenessProbe: null,
              },
            },
          },
        },
      },
    });
    const spec = podSpec(manifests, ingest);
    assert.ok(!('enableServiceLinks' in spec));
    assert.deepEqual(spec.dnsConfig, { options: [{ name: 'ndots', value: '2' }] });
    const { readinessProbe, livenessProbe, securityContext } = containerOf(manifests, ingest);
    assert.deepEqual(readinessProbe, { tcpSocket: { port: 'ops' } });
    assert.equal(livenessProbe, undefined);
    assert.equal(securityContext?.runAsUser, 1_000_000_000);
    assert.equal(securityContext.readOnlyRootFilesystem, true);
  });

  it('spreads each component by its own pods, where a constraint names none', async () => {
    const zone = {
      maxSkew: 1,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'DoNotSchedule',
    };
    const own = { ...zone, labelSelector: { matchLabels: { a: 'b' } } };
    const manifests = await render({ values: { pod: { spec: { topologySpreadConstraints: [zone, own] } } } });
    for (const { owner, labels } of podsOf(manifests)) {
      const [first, second] = podSpec(manifests, owner).topologySpreadConstraints as readonly {
        labelSelector: { matchLabels: Record<string, string> };
      }[];
      for (const [key, value] of Object.entries(first?.labelSelector.matchLabels ?? {}))
        assert.equal(labels[key], value, owner);
      assert.ok(first?.labelSelector.matchLabels['app.kubernetes.io/component'], owner);
      assert.deepEqual(second?.labelSelector, own.labelSelector, owner);
    }
  });

  it('annotates the workload, for what watches or orders workloads', async () => {
    const annotations = { 'reloader.stakater.com/auto': 'true' };
    const manifests = await render({
      values: {
        pod: { workloadAnnotations: annotations },
        redis: { pod: { workloadAnnotations: { a: 'b' } } },
      },
    });
    for (const manifest of manifests) {
      const expected = /^(Deployment|StatefulSet|CronJob|Pod)$/.test(manifest.kind);
      const got = manifest.metadata.annotations?.['reloader.stakater.com/auto'];
      assert.equal(got, expected ? 'true' : undefined, `${manifest.kind} ${manifest.metadata.name}`);
    }
    assert.equal(find(manifests, 'StatefulSet', 'caudal-redis').metadata.annotations?.a, 'b');
    assert.equal(find(manifests, 'Pod', 'caudal-test').metadata.annotations?.['helm.sh/hook'], 'test');
  });

  it('leaves everything else as it was', async () => {
    const plain = async (values: object) =>
      (await render({ values }))
        .filter(({ kind, metadata }) => kind !== 'Secret' && metadata.name !== 'caudal-kafka')
        .map((manifest) => JSON.stringify(manifest));
    const laid = { kafka: { pod: { spec: { schedulerName: 'mine' } } } };
    assert.deepEqual(await plain(laid), await plain({}));
  });
});

describe('variables of a service', () => {
  it('may come from wherever a pod takes them', async () => {
    const valueFrom = { secretKeyRef: { name: 'mine', key: 'limit' } };
    const manifests = await render({
      values: {
        services: {
          ingest: { env: { RATE_LIMIT_PER_SECOND: { valueFrom }, KAFKA_PASSWORD: { valueFrom } } },
        },
        consumer: { env: { NODE: { valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } } } },
      },
    });
    const { env = [] } = containerOf(manifests, ingest);
    for (const name of ['RATE_LIMIT_PER_SECOND', 'KAFKA_PASSWORD'])
      assert.deepEqual(
        env.filter((variable) => variable.name === name),
        [{ name, valueFrom }],
      );
    const consumer = containerOf(manifests, 'Deployment caudal-kafka-redis-consumer').env;
    assert.deepEqual(consumer?.find(({ name }) => name === 'NODE')?.valueFrom, {
      fieldRef: { fieldPath: 'spec.nodeName' },
    });
  });
});

describe('what users lay over all objects', () => {
  it('are annotations beside their own', async () => {
    const manifests = await render({
      ...toggles.everything,
      values: { ...(toggles.everything?.values as object), commonAnnotations: { owner: 'me' } },
    });
    for (const { kind, metadata } of manifests)
      if (metadata.name !== 'caudal-mine')
        assert.equal(metadata.annotations?.owner, 'me', `${kind} ${metadata.name}`);
    assert.equal(find(manifests, 'Pod', 'caudal-test').metadata.annotations?.['helm.sh/hook'], 'test');
  });

  it('is another namespace, in names of hosts as well', async () => {
    const { values } = toggles.everything as { values: object };
    const manifests = await render({ values: { ...values, namespaceOverride: 'elsewhere' } });
    const text = JSON.stringify(manifests.filter(({ metadata }) => metadata.name !== 'caudal-mine'));
    for (const { kind, metadata } of manifests)
      if (metadata.name !== 'caudal-mine')
        assert.equal((metadata as { namespace?: string }).namespace, 'elsewhere', `${kind} ${metadata.name}`);
    assert.ok(text.includes('.elsewhere.svc.'));
    assert.ok(!text.includes('.test.svc.') && !text.includes('"namespace":"test"'));
  });

  it('are the address families of Services', async () => {
    const manifests = await render({
      values: { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv6', 'IPv4'] },
    });
    const services = manifests.filter(({ kind }) => kind === 'Service');
    assert.ok(services.length >= 14);
    for (const { spec, metadata } of services)
      assert.deepEqual(
        [spec?.ipFamilyPolicy, spec?.ipFamilies],
        ['PreferDualStack', ['IPv6', 'IPv4']],
        metadata.name,
      );
  });
});

describe('what stands before the services', () => {
  it('is a Service with everything that Kubernetes knows of one', async () => {
    const manifests = await render({
      values: {
        services: {
          ingest: {
            service: {
              type: 'LoadBalancer',
              nodePort: 30_080,
              spec: {
                loadBalancerClass: 'mine',
                externalTrafficPolicy: 'Local',
                loadBalancerSourceRanges: ['10.0.0.0/8'],
              },
            },
          },
        },
      },
    });
    const spec = specOf<Record<string, unknown> & { ports: readonly object[] }>(
      manifests,
      'Service',
      'caudal-ingest',
    );
    assert.deepEqual(
      [spec.type, spec.loadBalancerClass, spec.externalTrafficPolicy, spec.loadBalancerSourceRanges],
      ['LoadBalancer', 'mine', 'Local', ['10.0.0.0/8']],
    );
    assert.deepEqual(spec.ports, [{ name: 'http', port: 80, targetPort: 'http', nodePort: 30_080 }]);
    assert.equal(find(manifests, 'Service', 'caudal-ingest-ops').spec?.loadBalancerClass, undefined);
  });

  it('is a route with a type of path, timeouts and filters', async () => {
    const routes = [
      {
        path: '/messages',
        pathType: 'Exact',
        service: 'ingest',
        timeouts: { request: '10s' },
        filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { remove: ['x-a'] } }],
      },
    ];
    const [route] = (
      await render({ values: { httpRoute: { enabled: true, parentRefs: [{ name: 'g' }], routes } } })
    ).filter(({ kind }) => kind === 'HTTPRoute');
    const [rule] = (route?.spec?.rules ?? []) as readonly Record<string, unknown>[];
    assert.deepEqual(rule?.matches, [{ path: { type: 'Exact', value: '/messages' } }]);
    assert.deepEqual([rule.timeouts, rule.filters], [routes[0]?.timeouts, routes[0]?.filters]);
    const [onIngress] = routes;
    const ingressRoutes = [{ path: onIngress?.path, pathType: 'Exact', service: 'ingest' }];
    const { rules } = specOf<{ rules: readonly { http: { paths: readonly { pathType: string }[] } }[] }>(
      await render({ values: { ingress: { enabled: true, routes: ingressRoutes } } }),
      'Ingress',
      'caudal',
    );
    assert.equal(rules[0]?.http.paths[0]?.pathType, 'Exact');
  });

  it('is a ServiceMonitor where another namespace looks for it', async () => {
    const relabeling = { action: 'labeldrop', regex: 'pod' };
    const serviceMonitor = {
      enabled: true,
      namespace: 'monitoring',
      scrapeTimeout: '10s',
      relabelings: [relabeling],
      metricRelabelings: [relabeling],
    };
    const monitor = find(
      await render({ values: { monitoring: { serviceMonitor } } }),
      'ServiceMonitor',
      'caudal',
    );
    assert.equal((monitor.metadata as { namespace?: string }).namespace, 'monitoring');
    assert.deepEqual(monitor.spec?.namespaceSelector, { matchNames: ['test'] });
    const endpoints = monitor.spec?.endpoints as readonly {
      scrapeTimeout: string;
      relabelings: readonly object[];
      metricRelabelings: readonly object[];
    }[];
    assert.equal(endpoints.length, 4);
    for (const endpoint of endpoints) {
      assert.equal(endpoint.scrapeTimeout, '10s');
      assert.deepEqual(endpoint.relabelings.at(-1), relabeling);
      assert.deepEqual(endpoint.metricRelabelings, [relabeling]);
    }
  });
});
