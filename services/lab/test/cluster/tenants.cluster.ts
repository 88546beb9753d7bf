import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { eventually } from '@caudal/common/testing';
import { createTerminal } from '../../src/cli/terminal.ts';
import { type ClusterConnection, connectToCluster } from '../../src/cluster/connection.ts';
import { ensureNamespace, type StartedRelease, startRelease } from '../../src/cluster/start-release.ts';
import { consoleOf } from '../../src/workloads/messages/load/console-client.ts';
import type { LoadResult } from '../../src/workloads/messages/load/measure-load.ts';
import { measureRelease } from '../../src/workloads/messages/measure-release.ts';
import { writeLowCpuRequests } from './support/cpu-requests.ts';
import { type FootprintWatch, footprintTable, watchFootprint } from './support/footprint.ts';
import { removeNamespace, scale } from './support/index.ts';
import { loadOnDemand } from './support/load-on-demand.ts';
import { listObjects, nameObjects } from './support/objects.ts';
import { restartsOf } from './support/pod-state.ts';
import { openCluster, type TestCluster } from './support/use-cluster.ts';

const NAMESPACE = 'tenants-test';
const MINIMAL_LIMIT_MIB = 1_536;
const MESSAGES = { one: 3_000, two: 200 };
/** Accepted by the second release just before it is uninstalled, and stored by its successor. */
const LEFT_BEHIND = 150;
const CONSUMERS = ['kafka-redis-consumer', 'rabbitmq-valkey-consumer'];

/** Keys of the Secrets that values.yaml names for each server. */
const SECRETS: Readonly<Record<string, readonly string[]>> = {
  rabbitmq: ['admin-password', 'ingest-password', 'consumer-password', 'console-password', 'erlang-cookie'],
  kafka: ['cluster-id', 'admin-password', 'ingest-password', 'consumer-password', 'console-password'],
  valkey: ['admin-password', 'consumer-password', 'console-password', 'exporter-password'],
  redis: ['admin-password', 'consumer-password', 'console-password', 'exporter-password'],
};

let on: TestCluster;
let cluster: ClusterConnection;
let one: StartedRelease;
let two: StartedRelease;
let directory: string;

/** The first makes its own passwords and volumes, the second is given them. */
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'caudal-cluster-test-'));
  on = await openCluster();
  cluster = connectToCluster(on.running.kubeconfig, on.running.context);
  await ensureNamespace(cluster, NAMESPACE);
  await Promise.all(
    Object.entries(SECRETS).map(([server, keys]) =>
      cluster.core.createNamespacedSecret({
        namespace: NAMESPACE,
        body: { metadata: { name: `mine-${server}` }, stringData: Object.fromEntries(keys.map(ownValue)) },
      }),
    ),
  );
  await Promise.all(
    Object.keys(SECRETS).map((server) =>
      cluster.core.createNamespacedPersistentVolumeClaim({
        namespace: NAMESPACE,
        body: {
          metadata: { name: `mine-${server}` },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      }),
    ),
  );
  const lowCpu = await writeLowCpuRequests(directory);
  const install = (name: string, values: Readonly<Record<string, unknown>>) =>
    startRelease({
      running: on.running,
      name,
      namespace: NAMESPACE,
      preset: 'minimal',
      valuesFiles: [lowCpu],
      values,
      terminal: createTerminal(process.stderr),
    });
  const given = Object.keys(SECRETS).map((server) => [
    server,
    { auth: { existingSecret: `mine-${server}` }, persistence: { existingClaim: `mine-${server}` } },
  ]);
  const loadtest = { env: { MESSAGES: LEFT_BEHIND, USERS: 10, SEED: 'left behind' } };
  [one, two] = await Promise.all([
    install('one', {}),
    install('two', { ...Object.fromEntries(given), loadtest }),
  ]);
});

after(async () => {
  await rm(directory, { recursive: true, force: true });
  await removeNamespace(cluster, NAMESPACE);
  await on.release();
});

/** A cluster id is what Kafka takes for one: 16 bytes in base64url. */
function ownValue(key: string): [key: string, value: string] {
  return [
    key,
    key === 'cluster-id'
      ? `${randomBytes(11).toString('hex').slice(0, 21)}Q`
      : `Of.my_own~${randomBytes(12).toString('hex')}`,
  ];
}

async function load(
  started: StartedRelease,
  messages: number,
  seed = started.release.name,
): Promise<LoadResult> {
  return measureRelease(started, {
    scenario: 'seed',
    variables: { MESSAGES: String(messages), USERS: '20', SEED: seed },
    directory: join(directory, `${started.release.name}-${seed}`),
    onProgress: () => undefined,
  });
}

/** Totals of a release's stores, by lane. */
async function totals({ release }: StartedRelease): Promise<Readonly<Record<string, number | undefined>>> {
  const lanes = await consoleOf(release).lanes();
  return Object.fromEntries(lanes.map(({ lane, totals: of }) => [lane, of?.total]));
}

const bothLanes = (count: number) => ({ 'kafka-redis': count, 'rabbitmq-valkey': count });
const isOf = (name: string): string => `app.kubernetes.io/instance=${name}`;

describe('two releases with the preset minimal, side by side in a namespace', () => {
  let footprint: FootprintWatch | undefined;

  it('come up without a restart', async () => {
    const pods = [...(await one.release.pods()), ...(await two.release.pods())];
    assert.equal(pods.length, 18);
    assert.deepEqual(restartsOf(pods), []);
  });

  it('each count their own messages', async () => {
    footprint = await watchFootprint(one);
    const [first, second] = await Promise.all([load(one, MESSAGES.one), load(two, MESSAGES.two)]);
    await footprint.loadEnded();
    assert.deepEqual([first.load.messages.accepted, first.account.exact], [MESSAGES.one, true]);
    assert.deepEqual([second.load.messages.accepted, second.account.exact], [MESSAGES.two, true]);
    assert.deepEqual(await totals(one), bothLanes(MESSAGES.one));
    assert.deepEqual(await totals(two), bothLanes(MESSAGES.two));
  });

  it('take passwords that are given, and make none then', async () => {
    const made = async (name: string) => {
      const { items } = await cluster.core.listNamespacedSecret({
        namespace: NAMESPACE,
        labelSelector: isOf(name),
      });
      return items.map(({ metadata }) => metadata?.name).sort();
    };
    assert.deepEqual(await made('two'), []);
    assert.deepEqual(
      await made('one'),
      Object.keys(SECRETS)
        .map((server) => `one-${server}-auth`)
        .sort(),
    );
  });

  it('find their data on given claims after uninstall and install, and store what the brokers still held', async () => {
    for (const consumer of CONSUMERS) await scale(two, consumer, 0);
    const runs = async (component: string) => (await two.release.pods(component)).length;
    for (const consumer of CONSUMERS)
      await eventually(
        () => runs(consumer),
        (pods) => pods === 0,
        { pastErrors: true },
      );
    assert.equal(await loadOnDemand(two), LEFT_BEHIND);
    assert.deepEqual(await totals(two), bothLanes(MESSAGES.two));

    await two.helm.uninstall(two.chart);
    await eventually(
      () => listObjects(cluster, NAMESPACE, isOf('two')),
      (objects) => objects.length === 0,
      { pastErrors: true },
    );
    await two.helm.upgrade(two.chart);
    const all = MESSAGES.two + LEFT_BEHIND;
    const stored = await eventually(
      () => totals(two),
      (by) => Object.values(by).every((total) => total === all),
      { pastErrors: true },
    );
    assert.deepEqual(stored, bothLanes(all));
    const { account } = await load(two, MESSAGES.two, 'after');
    assert.deepEqual([account.exact, account.findings], [true, []]);
    assert.deepEqual(await totals(two), bothLanes(all + MESSAGES.two));
  });

  it('stay within 1.5 GiB of memory', async (t) => {
    assert.ok(footprint, 'there was a load');
    const used = await footprint.result();
    t.diagnostic(`${MESSAGES.one} messages by 20 users\n${footprintTable(used)}`);
    for (const { component, memoryUsed, memoryLimit } of used)
      assert.ok(
        memoryUsed > 0 && memoryUsed < memoryLimit,
        `${component}: ${memoryUsed} of ${memoryLimit} MiB`,
      );
    const limits = used.reduce((sum, { memoryLimit }) => sum + memoryLimit, 0);
    assert.ok(limits <= MINIMAL_LIMIT_MIB, `the limits come to ${limits} MiB`);
    assert.deepEqual(restartsOf(await one.release.pods()), []);
  });

  it('go without a trace: objects of any kind, volumes and load tests; the other one stays', async () => {
    const own = () => listObjects(cluster, NAMESPACE, isOf('one'));
    const before = nameObjects(await own());
    for (const kind of [
      'Job',
      'ConfigMap',
      'Secret',
      'PersistentVolumeClaim',
      'StatefulSet',
      'ServiceAccount',
    ])
      assert.ok(
        before.some((name) => name.startsWith(`${kind} one`) || name.startsWith(`${kind} data-one`)),
        `there was a ${kind}`,
      );
    const others = nameObjects(await listObjects(cluster, NAMESPACE, isOf('two')));
    await one.helm.uninstall(one.chart);
    assert.deepEqual(
      nameObjects(await eventually(own, (objects) => objects.length === 0, { pastErrors: true })),
      [],
    );
    assert.deepEqual(nameObjects(await listObjects(cluster, NAMESPACE, isOf('two'))), others);
    assert.deepEqual(await totals(two), bothLanes(2 * MESSAGES.two + LEFT_BEHIND));

    await two.helm.uninstall(two.chart);
    const mine = Object.keys(SECRETS).flatMap((server) => [
      `Secret mine-${server}`,
      `PersistentVolumeClaim mine-${server}`,
    ]);
    const left = async () => nameObjects(await listObjects(cluster, NAMESPACE));
    const ofTheCluster = ['ConfigMap kube-root-ca.crt', 'ServiceAccount default'];
    const expected = [...ofTheCluster, ...mine].sort();
    assert.deepEqual(
      await eventually(left, (names) => names.length <= expected.length, { pastErrors: true }),
      expected,
    );
    const volumes = async () => {
      const { items } = await cluster.core.listPersistentVolume();
      const ours = items.filter(({ spec }) => spec?.claimRef?.namespace === NAMESPACE);
      return ours.map(({ spec }) => spec?.claimRef?.name).sort();
    };
    const kept = Object.keys(SECRETS)
      .map((server) => `mine-${server}`)
      .sort();
    assert.deepEqual(
      await eventually(volumes, (names) => names.length === kept.length, { pastErrors: true }),
      kept,
    );
  });
});
