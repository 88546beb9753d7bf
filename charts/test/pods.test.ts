import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runCommand } from '../../tools/lib/run-command.ts';
import { find, type Manifest, render } from './support/manifests.ts';
import { containerOf, containersOf, plainEnvironment, podsOf } from './support/pods.ts';
import { toggles } from './support/toggles.ts';

describe('every pod', () => {
  it('takes a user’s variable instead of its own, not beside it', async () => {
    const doubled = {
      values: { services: { ingest: { env: { LOG_LEVEL: 'debug', KAFKA_PASSWORD: 'mine' } } } },
    };
    const { env } = containerOf(await render(doubled), 'Deployment caudal-ingest');
    assert.deepEqual(
      env?.filter(({ name }) => name === 'LOG_LEVEL' || name === 'KAFKA_PASSWORD'),
      [
        { name: 'KAFKA_PASSWORD', value: 'mine' },
        { name: 'LOG_LEVEL', value: 'debug' },
      ],
    );
  });

  // Java, for one, reports no error for a configured file that is missing.
  it('names no file of its configuration that is not there', async () => {
    const manifests = await render();
    let named = 0;
    for (const pod of podsOf(manifests)) {
      for (const { name, command = [], args = [], env = [], volumeMounts = [] } of containersOf(pod)) {
        const volume = volumeMounts.find(({ mountPath }) => mountPath === '/etc/caudal')?.name;
        const source = pod.spec.volumes?.find((candidate) => candidate.name === volume)?.configMap;
        if (source === undefined) continue;
        const files = find(manifests, 'ConfigMap', (source as { name: string }).name).data ?? {};
        const text = [...command, ...args, ...env.map(({ value = '' }) => value)].join(' ');
        for (const [, file = ''] of text.matchAll(/\/etc\/caudal\/([\w.-]+)/g)) {
          assert.ok(file in files, `${pod.owner}, ${name}: ${file}`);
          named += 1;
        }
      }
    }
    assert.ok(named >= 6, `only ${named} files are named`);
  });

  it('has probes where it serves: life without a look at others, readiness by what it needs', async () => {
    for (const pod of podsOf(await render())) {
      if (/^(Pod|CronJob) |-topology$/.test(pod.owner)) continue;
      for (const container of containersOf(pod)) {
        assert.ok(container.livenessProbe, `${pod.owner}: liveness`);
        assert.ok(container.readinessProbe, `${pod.owner}: readiness`);
        const serves = container.ports?.some(({ name }) => name === 'ops') ?? false;
        assert.equal(serves, /^(ingest|consumer|console)$/.test(container.name), pod.owner);
        if (!serves) continue;
        assert.deepEqual(container.livenessProbe.httpGet, { path: '/livez', port: 'ops' });
        assert.deepEqual(container.readinessProbe.httpGet, { path: '/readyz', port: 'ops' });
      }
    }
  });

  // A node without CPU to spare took longer to start a program than it had until it was killed, again and again.
  it('has minutes to start whatever is killed when it does not answer', async () => {
    for (const pod of podsOf(await render())) {
      for (const { name, livenessProbe, startupProbe } of containersOf(pod)) {
        if (livenessProbe === undefined || /exporter/.test(name)) continue;
        const { periodSeconds = 10, failureThreshold = 3 } = startupProbe ?? {};
        assert.ok(startupProbe && periodSeconds * failureThreshold >= 180, `${pod.owner}/${name}`);
      }
    }
  });

  // Each starts processes: once every few seconds they took a tenth of a core, without a message.
  it('runs commands as probes seldom, once it is up', async () => {
    let seen = 0;
    for (const presets of [[], ['stores'], ['orders'], ['films']]) {
      for (const pod of podsOf(await render({ presets }))) {
        for (const { name, livenessProbe, readinessProbe } of containersOf(pod)) {
          for (const probe of [livenessProbe, readinessProbe]) {
            if (probe?.exec === undefined) continue;
            seen += 1;
            assert.ok(Number(probe.periodSeconds) >= 15, `${pod.owner}/${name}`);
          }
        }
      }
    }
    assert.ok(seen >= 14, `only ${seen} commands`);
  });

  // Without it a consumer of 128 MiB that drained a million messages was killed for its memory.
  it('limits the heap of Node.js below its memory limit', async () => {
    const services = podsOf(await render()).filter(({ owner }) => /ingest|consumer|console/.test(owner));
    assert.equal(services.length, 4);
    for (const pod of services) {
      const [container] = containersOf(pod);
      const [program, option, main] = container?.command ?? [];
      assert.deepEqual([program, option], ['node', '--max-old-space-size-percentage=50'], pod.owner);
      assert.match(main ?? '', /^services\/.+\/src\/main\.ts$/);
    }
    // An unknown option would end every service at its start.
    const heapLimit = async (percent: number): Promise<number> => {
      const option = `--max-old-space-size-percentage=${percent}`;
      const script = 'v8.getHeapStatistics().heap_size_limit';
      return Number((await runCommand(process.execPath, [option, '--print', script])).stdout);
    };
    assert.ok((await heapLimit(25)) < (await heapLimit(50)));
  });

  it('has longer to end than its service takes to drain', async () => {
    for (const drainTimeoutMs of [20_000, 45_500]) {
      const manifests = await render({ values: { drainTimeoutMs } });
      const pods = podsOf(manifests).filter(({ owner }) => /ingest|consumer|console/.test(owner));
      assert.equal(pods.length, 4);
      for (const { spec, owner } of pods) {
        const grace = (spec.terminationGracePeriodSeconds ?? 0) * 1_000;
        assert.ok(grace >= drainTimeoutMs + 10_000, `${owner}: ${grace}`);
      }
    }
  });

  it('of ingest serves on for a while after SIGTERM, within the time to drain', async () => {
    const timesOf = async (values: object) => {
      const { PRE_STOP_DELAY_MS, DRAIN_TIMEOUT_MS } = plainEnvironment(
        containerOf(await render({ values }), 'Deployment caudal-ingest'),
      );
      return [Number(PRE_STOP_DELAY_MS), Number(DRAIN_TIMEOUT_MS)] as const;
    };
    const [delayMs, drainMs] = await timesOf({});
    // Shorter than load balancers take to notice, it would be no delay.
    assert.ok(delayMs >= 3_000 && delayMs < drainMs, `${delayMs} ms of ${drainMs} ms`);
    assert.deepEqual(await timesOf({ services: { ingest: { preStopDelayMs: 7_000 } } }), [7_000, drainMs]);
  });

  it('restarts when its configuration changes, and servers do not with a new release of Caudal', async () => {
    const annotations = async (values: unknown, owner: string) =>
      podsOf(await render({ values })).find((pod) => pod.owner === owner)?.annotations;
    for (const [owner, values] of [
      ['StatefulSet caudal-rabbitmq', { rabbitmq: { deliveryLimit: 5 } }],
      ['StatefulSet caudal-kafka', { kafka: { retentionHours: 5 } }],
      ['StatefulSet caudal-valkey', { valkey: { maxMemory: '5mb' } }],
      ['StatefulSet caudal-redis', { redis: { maxMemory: '5mb' } }],
      ['StatefulSet caudal-prometheus', { prometheus: { scrapeInterval: '7s' } }],
    ] as const) {
      const before = await annotations({}, owner);
      assert.ok(before?.['checksum/config'], owner);
      assert.notDeepEqual(await annotations(values, owner), before, owner);
    }
    const servers = async (tag: string) =>
      podsOf(await render({ values: { images: { caudal: { tag } } } }))
        .filter(({ owner }) => owner.startsWith('StatefulSet '))
        .map(({ labels, annotations: own, spec }) => ({ labels, own, spec }));
    assert.deepEqual(await servers('1'), await servers('2'));
    for (const { owner, labels } of podsOf(await render())) {
      if (!owner.startsWith('Pod ')) assert.ok(!('helm.sh/chart' in labels), owner);
    }
  });

  it('takes placement and security settings from `pod`, its own block first', async () => {
    const manifests = await render({
      values: {
        pod: { nodeSelector: { pool: 'a' }, tolerations: [{ operator: 'Exists' }], labels: { team: 'x' } },
        kafka: { pod: { nodeSelector: { pool: 'b' }, securityContext: { runAsUser: null, fsGroup: null } } },
      },
    });
    for (const { owner, spec, labels } of podsOf(manifests)) {
      if (owner.startsWith('Pod ')) continue;
      assert.deepEqual(spec.nodeSelector, { pool: owner === 'StatefulSet caudal-kafka' ? 'b' : 'a' }, owner);
      assert.deepEqual(spec.tolerations, [{ operator: 'Exists' }], owner);
      assert.equal(labels.team, 'x', owner);
      const user = owner === 'StatefulSet caudal-kafka' ? undefined : 'number';
      assert.equal(spec.securityContext.runAsUser === undefined ? undefined : 'number', user, owner);
    }
  });

  it('fills no disk of its node without bound', async () => {
    for (const options of [toggles.everything, toggles['no volumes']]) {
      let found = 0;
      for (const { owner, spec } of podsOf(await render(options)))
        for (const { name, emptyDir } of spec.volumes ?? []) {
          if (emptyDir === undefined) continue;
          found += 1;
          assert.ok((emptyDir as { sizeLimit?: string }).sizeLimit, `${owner}: ${String(name)}`);
        }
      assert.ok(found >= 9, `only ${found} volumes`);
    }
  });

  it('of Prometheus may list pods of its namespace, and no more, where it asks the API', async () => {
    const manifests = await render(toggles['discovery by the API']);
    assert.deepEqual((find(manifests, 'Role', 'caudal-prometheus') as Manifest & { rules: unknown }).rules, [
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
    ]);
    assert.equal((await render()).filter(({ kind }) => kind === 'Role').length, 0);
  });
});
