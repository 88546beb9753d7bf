import assert from 'node:assert/strict';
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { chart } from '../scripts/paths.ts';
import { find, names, type RenderOptions, render, specOf } from './support/manifests.ts';
import { type Container, containerOf, plainEnvironment, podsOf } from './support/pods.ts';

const BROKERS = ['kafka', 'rabbitmq'];
const STORES = ['valkey', 'redis'];
const ha: RenderOptions = { presets: ['ha'] };

interface StoppingContainer extends Container {
  readonly lifecycle?: { readonly preStop?: { readonly exec: { readonly command: readonly string[] } } };
}

interface Spread {
  readonly topologyKey: string;
  readonly whenUnsatisfiable: string;
  readonly nodeTaintsPolicy: string;
}

const podOf = async (options: RenderOptions, owner: string) => {
  const pod = podsOf(await render(options)).find((candidate) => candidate.owner === owner);
  assert.ok(pod, owner);
  return pod;
};

const spreadOf = async (options: RenderOptions, owner: string): Promise<readonly Spread[]> =>
  ((await podOf(options, owner)).spec as { topologySpreadConstraints?: readonly Spread[] })
    .topologySpreadConstraints ?? [];

describe('a broker of several', () => {
  for (const broker of BROKERS) {
    it(`${broker}: waits before it stops, and has that much longer to end`, async () => {
      const owner = `StatefulSet caudal-${broker}`;
      const command = async (options: RenderOptions) =>
        (containerOf(await render(options), owner) as StoppingContainer).lifecycle?.preStop?.exec.command;
      const grace = async (options: RenderOptions) =>
        (await podOf(options, owner)).spec.terminationGracePeriodSeconds;
      assert.deepEqual(await command(ha), ['sh', '-c', 'AWAIT_SECONDS=60 sh /etc/caudal/before-stop.sh']);
      assert.equal(await grace(ha), 120);
      const wait = { kafka: { awaitInSyncSeconds: 300 }, rabbitmq: { awaitQuorumSeconds: 300 } };
      assert.match((await command({ ...ha, values: wait }))?.join(' ') ?? '', /AWAIT_SECONDS=300 /);
      assert.equal(await grace({ ...ha, values: wait }), 360);
      assert.deepEqual(
        [await command({}), await grace({})],
        [undefined, 60],
        'one alone has none to wait for',
      );
    });

    it(`${broker}: goes to a node of its own, also while one is drained, in the preset ha`, async () => {
      const owner = `StatefulSet caudal-${broker}`;
      const host = { topologyKey: 'kubernetes.io/hostname', nodeTaintsPolicy: 'Honor' };
      const zone = { ...host, topologyKey: 'topology.kubernetes.io/zone' };
      const seen = async (options: RenderOptions) =>
        (await spreadOf(options, owner)).map(({ topologyKey, whenUnsatisfiable, nodeTaintsPolicy }) => ({
          topologyKey,
          whenUnsatisfiable,
          nodeTaintsPolicy,
        }));
      const required = { whenUnsatisfiable: 'DoNotSchedule' };
      assert.deepEqual(await seen(ha), [{ ...host, ...required }]);
      const zones = { pod: { spreadZoneKey: 'topology.kubernetes.io/zone' } };
      assert.deepEqual(await seen({ ...ha, values: zones }), [
        { ...host, ...required },
        { ...zone, ...required },
      ]);
      assert.deepEqual(await seen({}), [{ ...host, whenUnsatisfiable: 'ScheduleAnyway' }]);
      assert.deepEqual(await seen({ values: { pod: { spreadOverNodes: false } } }), []);
    });
  }
});

describe('stores', () => {
  for (const store of STORES) {
    it(`${store}: are asked themselves whether they live and are ready`, async () => {
      const container = containerOf(await render(), `StatefulSet caudal-${store}`);
      const asked = (what: string) => ({ command: ['sh', '/etc/caudal/ping.sh', `${store}-cli`, what] });
      assert.deepEqual(container.livenessProbe?.exec, asked('alive'));
      assert.deepEqual(container.readinessProbe?.exec, asked('ready'));
    });
  }
});

describe('every StatefulSet', () => {
  it('has a headless Service, which no upgrade could give it', async () => {
    const manifests = await render();
    const sets = names(manifests, 'StatefulSet');
    assert.equal(sets.length, 5);
    for (const set of sets) {
      const { serviceName } = specOf<{ serviceName: string }>(manifests, 'StatefulSet', set);
      const service = specOf<{ clusterIP?: string }>(manifests, 'Service', serviceName);
      assert.equal(service.clusterIP, 'None', set);
    }
  });

  it('restarts when a file that it runs changes', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'caudal-chart-'));
    try {
      const changed = join(directory, 'caudal');
      await cp(chart, changed, { recursive: true });
      const checksums = async (options: RenderOptions) =>
        new Map(
          podsOf(await render(options))
            .filter(({ owner }) => owner.startsWith('StatefulSet '))
            .map(({ owner, annotations }) => [owner, annotations['checksum/config']]),
        );
      const before = await checksums({});
      for (const [file, servers] of [
        ['passwords.sh', [...BROKERS, ...STORES]],
        ['removal.sh', BROKERS],
        ['kafka/serve.sh', ['kafka']],
        ['kafka/before-stop.sh', ['kafka']],
        ['rabbitmq/before-stop.sh', ['rabbitmq']],
        ['stores/ping.sh', STORES],
      ] as const) {
        await appendFile(join(changed, 'files', file), '# changed\n');
        // Another label, or the rendering before would be taken.
        const flags = ['--set-string', `commonLabels.changed=${file.replace('/', '-')}`];
        const after = await checksums({ chart: changed, flags });
        for (const server of servers) {
          const owner = `StatefulSet caudal-${server}`;
          assert.notEqual(after.get(owner), before.get(owner), `${file}: ${server}`);
          before.set(owner, after.get(owner));
        }
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('the pod that declares topics', () => {
  it('has pod settings of its own', async () => {
    const values = {
      pod: { priorityClassName: 'low' },
      kafka: { topologyPod: { priorityClassName: 'high' } },
    };
    const { spec } = await podOf({ values }, 'Deployment caudal-kafka-topology');
    assert.equal((spec as { priorityClassName?: string }).priorityClassName, 'high');
  });
});

describe('how long things are remembered', () => {
  it('lets no message of Kafka outlive the identity of its key', async () => {
    const manifests = await render();
    const properties = find(manifests, 'ConfigMap', 'caudal-kafka').data?.['server.properties'] ?? '';
    const retention = Number(/^log\.retention\.hours=(\d+)$/m.exec(properties)?.[1]);
    for (const lane of ['rabbitmq-valkey', 'kafka-redis']) {
      const { IDENTITY_KEY_RETENTION_HOURS } = plainEnvironment(
        containerOf(manifests, `Deployment caudal-${lane}-consumer`),
      );
      assert.equal(IDENTITY_KEY_RETENTION_HOURS, '96', lane);
      assert.ok(retention + 24 <= Number(IDENTITY_KEY_RETENTION_HOURS), `${retention} h`);
    }
  });
});

describe('Prometheus', () => {
  it('looks for pods under addresses of both families', async () => {
    const text = find(await render(), 'ConfigMap', 'caudal-prometheus').data?.['prometheus.yml'] ?? '';
    const { scrape_configs, rule_files } = parse(text) as {
      rule_files: readonly string[];
      scrape_configs: readonly { dns_sd_configs?: readonly { type: string; names: readonly string[] }[] }[];
    };
    const [byA, byAaaa, ...others] = scrape_configs[0]?.dns_sd_configs ?? [];
    assert.deepEqual([byA?.type, byAaaa?.type, others], ['A', 'AAAA', []]);
    assert.deepEqual(byA?.names, byAaaa?.names);
    assert.deepEqual(rule_files, ['/etc/prometheus/rules/*.yaml']);
  });
});
