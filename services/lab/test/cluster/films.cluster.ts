import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { eventually } from '@caudal/common/testing';
import { jobLoad } from '../../src/cluster/load-job.ts';
import { isReady } from '../../src/cluster/release.ts';
import { releaseSite } from '../../src/cluster/release-site.ts';
import { CLUSTER } from '../../src/workloads/films/commands/cluster.ts';
import type { FilmsResult } from '../../src/workloads/films/load/measure-films.ts';
import { measureSite } from '../../src/workloads/films/measure-site.ts';
import { API, REPLICAS } from '../../src/workloads/films/services.ts';
import { alertsLoaded, alertsWritten } from './support/alerts.ts';
import { readAutoscaler, rescalesOf } from './support/autoscaler.ts';
import { SCRAPE_SECONDS } from './support/default-release.ts';
import { deletePod, query, untilRolledOut, useRelease } from './support/index.ts';
import { killContainer } from './support/kill-container.ts';
import { restartsOf } from './support/pod-state.ts';
import { isWhole, workloadsOf } from './support/workloads.ts';

const PRIMARY = 'postgresql';
const REPLICA = 'postgresql-replica';
const PARTS = [API, 'films-data', PRIMARY, REPLICA];

/** One node of two cores runs everything. A server that is removed refuses connections, which needs no patience to be seen. */
const PATIENT = {
  READ_DEADLINE_MS: 25_000,
  READ_ATTEMPT_MS: 10_000,
  REPLICA_PROBE_TIMEOUT_MS: 10_000,
  REPLICA_MAX_LAG_MS: 30_000,
};
/** The autoscaler goes by it; with less, the servers would wait for the API that waits for them. */
const SHARE = { requests: { cpu: '100m' } };
/** Of a pod of the API: far from what it needs at rest with its probes, and from what the heavy load needs. */
const API_SHARE = { requests: { cpu: '200m' } };
const MIN_REPLICAS = 2;
const MAX_REPLICAS = 3;
/** Latency is not what is judged. */
const LOAD = {
  DURATION: '9m',
  USERS: '50',
  REQUEST_TIMEOUT: '30s',
  P95_MS: '600000',
  P99_MS: '600000',
  MAX_DROPPED: '1000000',
};
/** Queries a second: few, more than two pods answer within half of what they ask of a processor, and next to none. */
const RATES = { calm: '10', heavy: '150', light: '2' };
const MIN_QUERIES = { calm: 200, heavy: 200, light: 20 };

const api = (autoscaling: object) => ({
  films: {
    enabled: true,
    api: {
      env: PATIENT,
      resources: API_SHARE,
      autoscaling: {
        minReplicas: MIN_REPLICAS,
        maxReplicas: MAX_REPLICAS,
        targetCPUUtilizationPercentage: 50,
        ...autoscaling,
      },
    },
  },
  postgresql: {
    enabled: true,
    readReplicas: REPLICAS.length,
    resources: SHARE,
    replica: { resources: SHARE },
  },
});
/** Neither comes nor goes while pods are deleted. */
const STEADY = { maxReplicas: MIN_REPLICAS };
/** At once, where the default is five minutes after the last need. */
const UP_AND_DOWN = { behavior: { scaleDown: { stabilizationWindowSeconds: 5 } } };

// large: three servers of PostgreSQL beside the lanes
const release = useRelease({
  namespace: 'films-test',
  preset: 'minimal',
  values: {
    ...CLUSTER.values,
    ...api(STEADY),
    networkPolicy: { enabled: true },
    prometheus: { enabled: true, scrapeInterval: `${SCRAPE_SECONDS}s` },
  },
});

const replicasOfApi = async (): Promise<number> =>
  (await release().release.deployment(API)).spec?.replicas ?? 0;

/** Asks until `during` is done and enough was asked, and compares every answer with the file of the films. */
async function ask(size: keyof typeof RATES, during: () => Promise<void>): Promise<FilmsResult> {
  const started = release();
  const { cluster, helm, chart } = started;
  const directory = await mkdtemp(join(tmpdir(), 'caudal-films-test-'));
  const begun = Promise.withResolvers<void>();
  const enough = Promise.withResolvers<void>();
  const ending = new AbortController();
  const acting = begun.promise
    .then(during)
    .then(() => enough.promise)
    .finally(() => ending.abort());
  acting.catch(() => undefined);
  try {
    const result = await measureSite({
      site: releaseSite(started, CLUSTER.isMeasured, started.on.running),
      startLoad: jobLoad({
        cluster,
        helm,
        release: chart,
        scenario: 'films-browse',
        baseUrl: `http://${started.release.nameOf(API)}`,
        variables: { ...LOAD, RATE: RATES[size] },
        logFile: join(directory, 'k6.log'),
        accountFile: join(directory, 'account.json'),
      }),
      signal: ending.signal,
      onProgress(line) {
        const asked = Number(/([\d,]+) requests/.exec(line)?.[1]?.replaceAll(',', ''));
        if (asked > 0) begun.resolve();
        if (asked >= MIN_QUERIES[size]) enough.resolve();
      },
    });
    await acting;
    return result;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Every question was answered, by a second attempt at the latest, and every answer is what the file says. Those in progress when the load
 * was ended have lines in the ledger, and k6 has not counted them.
 */
function assertExact({ account, load }: FilmsResult, size: keyof typeof RATES): void {
  assert.deepEqual(
    account.findings.filter(({ kind }) => kind !== 'lost'),
    [],
  );
  assert.deepEqual([load.queries.failed, load.queries.wrong], [0, 0]);
  const lost = account.asked - account.right;
  assert.ok(lost <= Number(LOAD.USERS), `${lost} questions have no answer`);
  assert.ok(account.right >= MIN_QUERIES[size], `only ${account.right} questions were answered`);
}

/** What the primary's administrator gets from a statement: cells by `|`, rows by lines. */
async function onPrimary(statement: string): Promise<string> {
  const { cluster, release: of } = release();
  const { stdout } = await cluster.exec(
    { namespace: of.namespace, pod: of.nameOf(`${PRIMARY}-0`), container: PRIMARY },
    ['psql', '-XqAt', '-h', '/var/run/postgresql', '-U', 'postgres', '-c', statement],
  );
  return stdout.trim();
}

/** Resolves when both replicas follow the primary, and every process of the API sends them reads. */
async function untilBothAreIn(): Promise<void> {
  await eventually(
    () => onPrimary("select count(*) from pg_stat_replication where state = 'streaming'"),
    (count) => count === '2',
    { pastErrors: true },
  );
  await eventually(
    () => query(release(), 'min by (server) (caudal_films_replica_in)', 'server'),
    (servers) => REPLICAS.every((server) => servers.get(server) === 1),
    { pastErrors: true },
  );
}

describe('films, in a namespace that enforces the restricted profile and with network policies', () => {
  it('come up with their servers, and nothing was restarted', async () => {
    const pods = await release().release.pods();
    assert.deepEqual(
      pods.filter((pod) => !isReady(pod)).map(({ metadata }) => metadata?.name),
      [],
    );
    assert.deepEqual(restartsOf(pods), []);
    const workloads = await workloadsOf(release());
    for (const part of PARTS)
      assert.ok(
        workloads.some(({ component }) => component === part),
        part,
      );
    assert.equal(await replicasOfApi(), MIN_REPLICAS);
  });

  it('have a database that their roles alone may enter, and two replicas that follow it', async () => {
    await untilBothAreIn();
    const roles = ['films_owner', 'films_api', 'consumer', 'owner', 'replica'].map(
      (role) => `('caudal_${role}')`,
    );
    const may = await onPrimary(
      `select name, has_database_privilege(name, 'caudal', 'connect'), has_database_privilege(name, 'caudal_films', 'connect')
       from (values ${roles.join(', ')}) role (name)`,
    );
    assert.deepEqual(may.split('\n'), [
      'caudal_films_owner|f|t',
      'caudal_films_api|f|t',
      'caudal_consumer|t|f',
      'caudal_owner|t|f',
      'caudal_replica|f|f',
    ]);
  });

  it('load their alerts into Prometheus beside the others, which scrapes their API', async () => {
    assert.deepEqual(await alertsLoaded(release()), await alertsWritten(['films']));
    await eventually(
      () => query(release(), 'up == 1', 'component'),
      (up) => up.has(API),
    );
  });

  it('are found without a failure while each pod of the API and each server is removed, and a replica is killed', async (t) => {
    const started = release();
    const result = await ask('calm', async () => {
      const workloads = await workloadsOf(started);
      const podsOf = (part: string) =>
        workloads.filter(({ component }) => component === part).flatMap(({ pods }) => pods);
      for (const { metadata } of podsOf(API)) await deletePod(started, API, { pod: metadata?.name ?? '' });
      for (const { metadata } of podsOf(REPLICA)) {
        await untilBothAreIn();
        await deletePod(started, REPLICA, { pod: metadata?.name ?? '' });
      }
      await untilBothAreIn();
      await killContainer(started, REPLICA);
      await untilBothAreIn();
      await deletePod(started, PRIMARY);
      await untilBothAreIn();
    });
    t.diagnostic(
      `${result.account.asked} asked, ${result.account.savedByRetry} saved by a second attempt, reads: ${JSON.stringify(result.reads)}`,
    );
    assertExact(result, 'calm');
    for (const replica of REPLICAS)
      assert.ok((result.reads.byServer[replica] ?? 0) > 0, `${replica} read nothing`);
    assert.deepEqual(
      (await workloadsOf(started)).filter((workload) => !isWhole(workload)).map(({ component }) => component),
      [],
    );
  });
});

describe('the HorizontalPodAutoscaler of films', () => {
  it('adds a pod under load and removes it after it, without a failed question', async (t) => {
    await release().helm.upgrade({
      ...release().chart,
      values: { ...release().chart.values, ...api(UP_AND_DOWN) },
    });
    const up = await ask('heavy', async () => {
      await eventually(replicasOfApi, (count) => count > MIN_REPLICAS, { pastErrors: true });
      await untilRolledOut(release(), API);
    });
    assertExact(up, 'heavy');
    const down = await ask('light', async () => {
      await eventually(replicasOfApi, (count) => count === MIN_REPLICAS, { pastErrors: true });
      await untilRolledOut(release(), API);
    });
    assertExact(down, 'light');
    const rescales = await rescalesOf(release(), release().release.nameOf(API));
    t.diagnostic(JSON.stringify(rescales));
    const reasonOf = (wanted: number): string =>
      rescales.findLast(({ size }) => size === wanted)?.reason ?? 'never';
    assert.match(reasonOf(MAX_REPLICAS), /^cpu resource utilization .* above target$/);
    assert.equal(reasonOf(MIN_REPLICAS), 'All metrics below target');
    assert.ok(rescales.every(({ size }) => size >= MIN_REPLICAS && size <= MAX_REPLICAS));
    const { spec } = await readAutoscaler(release(), release().release.nameOf(API));
    assert.deepEqual([spec?.minReplicas, spec?.maxReplicas], [MIN_REPLICAS, MAX_REPLICAS]);
  });
});
