import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { STATE_DIRECTORY } from '../../cli/paths.ts';
import type { Site } from '../../load/site.ts';
import type { MeasureOptions } from '../workload.ts';
import { measureOrders, type OrdersResult } from './load/measure-orders.ts';
import { API } from './services.ts';
import { findWitnesses, stepOf } from './target.ts';
import type { CatalogueFile } from './verify/evidence.ts';
import { readCatalogue } from './verify/witness/catalogue-file.ts';
import type { Witnesses } from './verify/witness/witnesses.ts';

/** Where a shop is judged: what the judge has to know of it. */
export interface JudgedShop {
  readonly witnesses: Witnesses;
  /** Least time in each state, ms. */
  readonly stepMs: number;
}

/** Measures a load on the shop of a site. */
export function measureSite({ site, ...options }: MeasureOptions): Promise<OrdersResult> {
  return withShop(site, async ({ witnesses, stepMs }) =>
    measureOrders({
      ...options,
      witnesses,
      stepMs,
      catalogue: await catalogueOf(),
      customer: { url: site.url(API), fetch: site.fetch },
      metricsUrls: site.metricsUrls,
      fetchMetrics: site.fetch,
    }),
  );
}

async function withShop<T>(site: Site, work: (shop: JudgedShop) => Promise<T>): Promise<T> {
  if (site.release !== undefined) {
    // Only here: it loads the cluster's client.
    const { withReleaseShop } = await import('./release-shop.ts');
    return withReleaseShop(site.release, work);
  }
  return work({ witnesses: await findWitnesses(site), stepMs: stepOf() });
}

/** The catalogue that shops sell from unless configured. */
export async function catalogueOf(): Promise<CatalogueFile> {
  await mkdir(STATE_DIRECTORY, { recursive: true });
  return readCatalogue(join(STATE_DIRECTORY, 'catalogue.csv'));
}
