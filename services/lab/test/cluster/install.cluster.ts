import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { eventually } from '@caudal/common/testing';
import { Redis } from 'ioredis';
import { checkPanels } from '../../../../grafana-dashboards/src/check/check-panels.ts';
import { GENERATED_DIRECTORY } from '../../../../grafana-dashboards/src/generated-files.ts';
import { ROOT } from '../../src/cli/paths.ts';
import { isReady } from '../../src/cluster/release.ts';
import { withTunnels } from '../../src/cluster/tunnel.ts';
import type { LoadAccount } from '../../src/load/run-k6.ts';
import { identityOf, ledgerRequests, readLedger } from '../../src/workloads/messages/verify/ledger.ts';
import { storeRecordOf } from '../../src/workloads/messages/verify/store-record.ts';
import { runCommand } from '../support/run-command.ts';
import { alertsLoaded, alertsWritten } from './support/alerts.ts';
import { INSTALLED, ON_DEMAND_MESSAGES, SCRAPE_SECONDS } from './support/default-release.ts';
import { type FootprintWatch, footprintTable, watchFootprint } from './support/footprint.ts';
import { query, useRelease } from './support/index.ts';
import { findLeaks, leaksOf, readSecrets } from './support/leaks.ts';
import { loadOnDemand } from './support/load-on-demand.ts';
import { confinementOf, restartsOf } from './support/pod-state.ts';

const MESSAGES = 10_000;
const USERS = 100;
const DEFAULT_LIMIT_MIB = 3_072;

const release = useRelease({ shares: { release: 'default', turn: 1 }, values: INSTALLED });
/** The load, for the tests after it; times in ms since the epoch. */
const loaded: {
  from: number;
  seconds: number;
  footprint: FootprintWatch | undefined;
  account: LoadAccount | undefined;
} = { from: 0, seconds: 0, footprint: undefined, account: undefined };

describe('the default values, in a namespace that enforces the restricted profile', () => {
  it('come up at once: all pods are ready and nothing was restarted', async () => {
    const pods = await release().release.pods();
    assert.ok(pods.length >= 10, `only ${pods.length} pods`);
    assert.deepEqual(
      pods.filter((pod) => !isReady(pod)).map(({ metadata }) => metadata?.name),
      [],
    );
    assert.deepEqual(restartsOf(pods), []);
    const { core } = release().cluster;
    const { metadata } = await core.readNamespace({ name: release().release.namespace });
    assert.equal(metadata?.labels?.['pod-security.kubernetes.io/enforce'], 'restricted');
  });

  it('run without rights: no root, no writable root, no token of the API', async () => {
    for (const pod of await release().release.pods()) {
      for (const { container, uid, root, token } of await confinementOf(release(), pod)) {
        assert.deepEqual(
          { root: root.split(',')[0], token, isRoot: uid === '0' },
          { root: 'ro', token: 'none', isRoot: false },
          `${pod.metadata?.name}/${container}`,
        );
      }
    }
  });

  it('take a load through the ingress to an exact account', async () => {
    const { ingressUrlInside } = release().on.running;
    assert.ok(ingressUrlInside, 'the cluster has an ingress');
    loaded.from = Date.now();
    loaded.footprint = await watchFootprint(release());
    const { account, load } = await release().load({
      scenario: 'seed',
      baseUrl: ingressUrlInside,
      variables: { MESSAGES: String(MESSAGES), USERS: String(USERS), SEED: 'install' },
    });
    await loaded.footprint.loadEnded();
    loaded.seconds = load.durationSeconds;
    assert.deepEqual([load.messages.accepted, account.exact, account.findings], [MESSAGES, true, []]);
    loaded.account = load;
  });

  it('let verify --deep look up every message with the read-only user, and notice one that is missing', async (t) => {
    const { namespace } = release().release;
    const { kubeconfig, context } = release().on.running;
    assert.ok(loaded.account, 'there was a load');
    const directory = await mkdtemp(join(tmpdir(), 'caudal-deep-'));
    t.after(() => rm(directory, { recursive: true }));
    const file = join(directory, 'account.json');
    await writeFile(file, JSON.stringify(loaded.account));
    const verify = () =>
      runCommand(
        'verify',
        [
          '--deep',
          `--namespace=${namespace}`,
          `--account=${file}`,
          ...(context === undefined ? [] : [`--context=${context}`]),
        ],
        directory,
        { KUBECONFIG: kubeconfig },
      );
    const whole = await verify();
    assert.equal(whole.status, 0, whole.stdout + whole.stderr);
    for (const lane of ['kafka-redis', 'rabbitmq-valkey'])
      assert.ok(whole.stdout.includes(`${lane}: 10,000 keys checked, 0 messages missing`), whole.stdout);

    const [request] = ledgerRequests(readLedger(file));
    assert.ok(request);
    const password = (await readSecrets(release())).get('caudal-redis-auth/admin-password');
    const redis = { namespace, pod: release().release.nameOf('redis-0'), port: 6379 };
    const { bucket, field } = storeRecordOf(identityOf(request, undefined), '');
    await withTunnels(release().on.running, { redis }, async (ports) => {
      const client = new Redis(`redis://admin:${password}@127.0.0.1:${ports.redis}`);
      try {
        assert.equal(await client.hdel(bucket, field), 1);
      } finally {
        client.disconnect();
      }
    });
    const lacking = await verify();
    assert.equal(lacking.status, 1, lacking.stdout + lacking.stderr);
    assert.ok(lacking.stdout.includes(`kafka-redis: missing ${request.key}, `), lacking.stdout);
    assert.ok(lacking.stdout.includes('rabbitmq-valkey: 10,000 keys checked, 0 messages missing'));
  });

  it('fill every panel of the dashboards', async () => {
    const stored = 'min(sum by (lane) (caudal_store_messages))';
    const accepted = 'sum(caudal_ingest_messages_total{outcome="accepted"})';
    for (const expression of [stored, accepted]) {
      const values = await eventually(
        () => query(release(), expression),
        (by) => by.get('') === MESSAGES,
        { pastErrors: true },
      );
      assert.deepEqual([...values.values()], [MESSAGES], expression);
    }
    const { namespace } = release().release;
    const prometheus = { namespace, pod: release().release.nameOf('prometheus-0'), port: 9090 };
    const { empty, ...count } = await withTunnels(release().on.running, { prometheus }, (ports) =>
      checkPanels({
        directory: GENERATED_DIRECTORY,
        prometheusUrl: `http://127.0.0.1:${ports.prometheus}`,
        view: {
          range: { from: Math.floor(loaded.from / 1_000), to: Math.floor(Date.now() / 1_000) },
          stepSeconds: SCRAPE_SECONDS,
          scrapeSeconds: SCRAPE_SECONDS,
        },
      }),
    );
    assert.deepEqual(empty, []);
    assert.ok(count.dashboards === 4 && count.panels >= 60, JSON.stringify(count));
  });

  it('load every alert into Prometheus, but those of systems that are off', async () => {
    const written = await alertsWritten([]);
    assert.ok(written.length >= 10, JSON.stringify(written));
    assert.deepEqual(await alertsLoaded(release()), written);
  });

  it('pass helm test', async () => {
    const { helm, chart } = release();
    const said = await helm.test(chart);
    assert.match(said, /Phase:\s+Succeeded/);
    assert.deepEqual(findLeaks(said, await readSecrets(release())), []);
  });

  it('stay within their limits of memory', async (t) => {
    assert.ok(loaded.footprint, 'there was a load');
    const used = await loaded.footprint.result();
    t.diagnostic(`${MESSAGES} messages by ${USERS} users in ${loaded.seconds} s\n${footprintTable(used)}`);
    for (const { component, memoryUsed, memoryLimit } of used)
      assert.ok(
        memoryUsed > 0 && memoryUsed < memoryLimit,
        `${component}: ${memoryUsed} of ${memoryLimit} MiB`,
      );
    const limits = used.reduce((sum, { memoryLimit }) => sum + memoryLimit, 0);
    assert.ok(limits <= DEFAULT_LIMIT_MIB, `the limits come to ${limits} MiB`);
    assert.deepEqual(restartsOf(await release().release.pods()), []);
  });

  it('take another load from the CronJob, and give its account without a checkout', async () => {
    const { fetch } = release().cluster;
    const { namespace } = release().release;
    const account = async () => {
      const path = `/api/v1/namespaces/${namespace}/services/${release().release.nameOf('console')}:http`;
      return (await (await fetch(`${path}/proxy/api/account`)).json()) as { agree: boolean };
    };
    assert.equal(await loadOnDemand(release()), ON_DEMAND_MESSAGES);
    const totals = await eventually(
      () => query(release(), 'min by (lane) (sum by (lane) (caudal_store_messages))', 'lane'),
      (by) => [...by.values()].every((total) => total === MESSAGES + ON_DEMAND_MESSAGES),
      { pastErrors: true },
    );
    assert.deepEqual([...totals.values()], [MESSAGES + ON_DEMAND_MESSAGES, MESSAGES + ON_DEMAND_MESSAGES]);
    assert.equal((await account()).agree, true);
  });

  it('have in their pods what the steps of the upgrade guide call, with the rights for it', async () => {
    const guide = await readFile(join(ROOT, 'docs', 'kubernetes', 'upgrade.md'), 'utf8');
    const steps = guide
      .replaceAll(/\\\n\s*/g, '')
      .matchAll(/^kubectl -n caudal exec (?<pod>\S+) -- (?<command>.+)$/gm);
    const outputs = new Map<string, string>();
    for (const { groups: { pod = '', command = '' } = {} } of steps) {
      const container = pod.replace(/^caudal-(\w+)-0$/, '$1');
      const { namespace } = release().release;
      const result = await release().cluster.exec({ namespace, pod, container }, command.trim().split(/\s+/));
      assert.ok(result.succeeded, `${command}: ${result.stdout}${result.stderr}`);
      outputs.set(command, result.stdout);
    }
    const said = (part: string) => [...outputs].find(([command]) => command.includes(part))?.[1] ?? '';
    assert.match(said('list_feature_flags'), /^quorum_queue\s+enabled$/m);
    assert.match(said(' describe'), /Feature: metadata\.version\s.*FinalizedVersionLevel: 4\./);
    assert.match(said('version-mapping'), /^metadata\.version=\d+/m);
    assert.match(said(' upgrade '), /^metadata\.version was upgraded to \d+\.$/m);
  });

  it('show no password in any object, log or argument', async () => {
    const secrets = await readSecrets(release());
    assert.ok(secrets.size >= 17, `${secrets.size} passwords`);
    for (const [name, value] of secrets) {
      assert.ok(value.length >= 20, name);
      for (const text of [`url=amqp://x:${value}@y`, `{"data":"${Buffer.from(value).toString('base64')}"}`])
        assert.deepEqual(findLeaks(text, secrets), [name], 'a planted one is found');
    }
    assert.deepEqual(await leaksOf(release(), secrets), []);
  });

  it('keep their passwords over an upgrade, and their servers running', async () => {
    const { helm, chart, release: running } = release();
    const servers = async () => {
      const pods = await running.pods();
      return pods
        .filter(({ metadata }) => metadata?.ownerReferences?.[0]?.kind === 'StatefulSet')
        .map(({ metadata }) => metadata?.uid)
        .sort();
    };
    const before = { secrets: await readSecrets(release()), servers: await servers() };
    assert.equal(before.servers.length, 5);
    await helm.upgrade({ ...chart, values: { ...chart.values, logLevel: 'debug' } });
    assert.deepEqual({ secrets: await readSecrets(release()), servers: await servers() }, before);
    const { spec } = await running.deployment('ingest');
    const level = spec?.template.spec?.containers[0]?.env?.find(({ name }) => name === 'LOG_LEVEL');
    assert.equal(level?.value, 'debug');
    assert.deepEqual(restartsOf(await running.pods()), []);
    // What a service says when it is asked to say everything.
    assert.deepEqual(await leaksOf(release(), before.secrets), []);
  });
});
