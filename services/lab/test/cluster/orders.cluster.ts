import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { eventually } from '@caudal/common/testing';
import { jobLoad } from '../../src/cluster/load-job.ts';
import { isReady } from '../../src/cluster/release.ts';
import { releaseSite } from '../../src/cluster/release-site.ts';
import { CLUSTER } from '../../src/workloads/orders/commands/cluster.ts';
import { ORDERS_SYSTEM } from '../../src/workloads/orders/index.ts';
import type { OrdersResult } from '../../src/workloads/orders/load/measure-orders.ts';
import { API, MAILBOX, NOTIFIER, PROCESSOR } from '../../src/workloads/orders/services.ts';
import { alertsLoaded, alertsWritten } from './support/alerts.ts';
import { SCRAPE_SECONDS } from './support/default-release.ts';
import { deletePod, query, scale, untilRolledOut, useRelease } from './support/index.ts';
import { patientLoad } from './support/patient-load.ts';
import { restartsOf } from './support/pod-state.ts';
import { isWhole, workloadsOf } from './support/workloads.ts';

const PARTS = [API, MAILBOX, NOTIFIER, PROCESSOR];
/** What the shop needs besides: servers, and the pods that prepare them. */
const SERVERS = ['kafka', 'kafka-topology', 'postgresql', 'postgresql-schema'];

const USERS = 50;
/** Users besides, who follow their orders. */
const WATCHERS = 5;
const { variables: PATIENT, endedEarly: ENDED_EARLY } = patientLoad({ rate: 20, users: USERS });

// large: a shop of three processors beside the lanes
const release = useRelease({
  namespace: 'orders-test',
  preset: 'minimal',
  values: {
    ...CLUSTER.values,
    networkPolicy: { enabled: true },
    prometheus: { enabled: true, scrapeInterval: `${SCRAPE_SECONDS}s` },
  },
});

/** Places orders until `during` is done and enough were accepted, and waits until all of them have settled. */
async function loadOrders(during: () => Promise<void>): Promise<OrdersResult> {
  const started = release();
  const { cluster, helm, chart } = started;
  const directory = await mkdtemp(join(tmpdir(), 'caudal-orders-test-'));
  const begun = Promise.withResolvers<void>();
  const enough = Promise.withResolvers<void>();
  const ending = new AbortController();
  const acting = begun.promise
    .then(during)
    .then(() => enough.promise)
    .finally(() => ending.abort());
  acting.catch(() => undefined);
  try {
    const result = await ORDERS_SYSTEM.measure({
      site: releaseSite(started, CLUSTER.isMeasured, started.on.running),
      startLoad: jobLoad({
        cluster,
        helm,
        release: chart,
        scenario: 'orders-steady',
        baseUrl: `http://${started.release.nameOf(API)}`,
        variables: { ...PATIENT, WATCHERS: String(WATCHERS) },
        logFile: join(directory, 'k6.log'),
        accountFile: join(directory, 'account.json'),
      }),
      signal: ending.signal,
      onProgress(line) {
        const accepted = Number(/([\d,]+) accepted/.exec(line)?.[1]?.replaceAll(',', ''));
        if (accepted > 0) begun.resolve();
        if (accepted >= ENDED_EARLY.minAccepted) enough.resolve();
      },
    });
    await acting;
    return result;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function assertExact(result: OrdersResult): void {
  const { accepted, unknown } = result.account;
  assert.deepEqual([result.notSettled, result.account.findings], [undefined, []]);
  assert.ok(ORDERS_SYSTEM.judge(result).exact);
  assert.ok(accepted >= ENDED_EARLY.minAccepted, `only ${accepted} orders were accepted`);
  assert.ok(unknown <= USERS + WATCHERS, `${unknown} orders are unknown`);
}

describe('the shop, in a namespace that enforces the restricted profile and with network policies', () => {
  it('comes up with the others, and nothing was restarted', async () => {
    const pods = await release().release.pods();
    assert.deepEqual(
      pods.filter((pod) => !isReady(pod)).map(({ metadata }) => metadata?.name),
      [],
    );
    assert.deepEqual(restartsOf(pods), []);
    const components = (await workloadsOf(release())).map(({ component }) => component);
    for (const part of [...PARTS, ...SERVERS]) assert.ok(components.includes(part), part);
  });

  it('loads its alerts into Prometheus beside all others', async () => {
    assert.deepEqual(await alertsLoaded(release()), await alertsWritten(['orders']));
  });

  it('lets Prometheus scrape each of its programs', async () => {
    await eventually(
      () => query(release(), 'up == 1', 'component'),
      (up) => PARTS.every((part) => up.has(part)),
    );
  });

  it('is exact while its processors become three and one again, and each of its pods and servers is deleted once', async () => {
    const started = release();
    const result = await loadOrders(async () => {
      await scale(started, PROCESSOR, 3);
      await untilRolledOut(started, PROCESSOR);
      const workloads = await workloadsOf(started);
      /** One component after the other, with all its pods at the same time. */
      const replaceAll = async (components: readonly string[]): Promise<void> => {
        for (const { component, pods } of workloads.filter((one) => components.includes(one.component)))
          await Promise.all(
            pods.map(({ metadata }) => deletePod(started, component, { pod: metadata?.name ?? '' })),
          );
      };
      // A program may be gone while a server is, too.
      await Promise.all([replaceAll(PARTS), replaceAll(SERVERS)]);
      await scale(started, PROCESSOR, 1);
      await untilRolledOut(started, PROCESSOR);
    });
    assertExact(result);
    assert.deepEqual(
      (await workloadsOf(started)).filter((workload) => !isWhole(workload)).map(({ component }) => component),
      [],
    );
  });
});

describe('GET of order number 1, after all others', () => {
  it('shows order number 1', async () => {
    const { release: of } = release();
    const response = await of.fetch(`${of.apiPath(API)}/?value=1`);
    assert.equal(((await response.json()) as { readonly orderid: unknown }).orderid, 1);
  });
});
