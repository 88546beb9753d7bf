import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { CHART } from '../../src/cluster/helm.ts';
import { jobLoad } from '../../src/cluster/load-job.ts';
import { releaseSite } from '../../src/cluster/release-site.ts';
import { ORDERS_SYSTEM } from '../../src/workloads/orders/index.ts';
import type { OrdersResult } from '../../src/workloads/orders/load/measure-orders.ts';
import { API, PROCESSOR } from '../../src/workloads/orders/services.ts';
import { deletePod, scale, untilRolledOut, useRelease } from './support/index.ts';
import { workloadsOf } from './support/workloads.ts';

/** The chart's own preset. */
const PRESET = parse(await readFile(join(CHART, 'values-orders.yaml'), 'utf8')) as Readonly<
  Record<string, object>
>;

/** Clients that retry until an answer is final: pods are away meanwhile. */
const PATIENT = {
  USERS: '40',
  P95_MS: '120000',
  P99_MS: '120000',
  RETRY_FOR_SECONDS: '300',
  MAX_DROPPED: '1000000',
};

const release = useRelease({
  namespace: 'orders-test',
  values: {
    ...PRESET,
    ...ORDERS_SYSTEM.cluster.values,
    networkPolicy: { enabled: true },
  },
});

/** Places orders with a Job; `during` is done from its first accepted order on. */
async function placed(
  scenario: string,
  variables: Readonly<Record<string, string>>,
  during: () => Promise<void>,
): Promise<OrdersResult> {
  const { cluster, helm, chart, release: of, on } = release();
  const directory = await mkdtemp(join(tmpdir(), 'caudal-orders-cluster-'));
  const begun = Promise.withResolvers<void>();
  const acting = begun.promise.then(during);
  acting.catch(() => undefined);
  try {
    const result = await ORDERS_SYSTEM.measure({
      site: releaseSite({ cluster, release: of }, ORDERS_SYSTEM.cluster.isMeasured, on.running),
      startLoad: jobLoad({
        cluster,
        helm,
        release: chart,
        scenario,
        baseUrl: `http://${of.nameOf(API)}`,
        variables: { ...PATIENT, ...variables },
        logFile: join(directory, 'k6.log'),
        accountFile: join(directory, 'account.json'),
      }),
      onProgress: (line) => {
        if (!/: 0 accepted/.test(line)) begun.resolve();
      },
    });
    begun.resolve();
    await acting;
    return result as OrdersResult;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function assertExact(result: OrdersResult, minAccepted: number): void {
  const { exact, findings } = ORDERS_SYSTEM.judge(result);
  assert.deepEqual(findings, []);
  assert.ok(exact);
  assert.ok(result.account.accepted >= minAccepted, `${result.account.accepted} orders`);
}

describe('the shop in a cluster', () => {
  it('is exact while processors are scaled from one to three and back', async () => {
    const started = release();
    const result = await placed('orders-steady', { RATE: '10', DURATION: '90s' }, async () => {
      for (const replicas of [3, 1]) {
        await scale(started, PROCESSOR, replicas);
        await untilRolledOut(started, PROCESSOR);
      }
    });
    assertExact(result, 500);
  });

  it('is exact while every pod of it and of its servers is deleted once', async () => {
    const started = release();
    const parts = (await workloadsOf(started)).filter(
      ({ component }) => component.startsWith('orders-') || ['kafka', 'postgresql'].includes(component),
    );
    assert.ok(parts.length >= 6, parts.map(({ component }) => component).join(', '));
    const result = await placed('orders-steady', { RATE: '8', DURATION: '180s' }, async () => {
      for (const { component, pods } of parts)
        for (const { metadata } of pods) await deletePod(started, component, { pod: metadata?.name ?? '' });
    });
    assertExact(result, 500);
  });

  it('shows order number 1 as order number 1 after all of them', async () => {
    const { release: of } = release();
    const response = await of.fetch(`${of.apiPath(API)}/?value=1`);
    assert.equal(((await response.json()) as { readonly orderid: unknown }).orderid, 1);
  });
});
