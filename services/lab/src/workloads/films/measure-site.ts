import type { Fetch } from '../../load/fetch.ts';
import type { Site } from '../../load/site.ts';
import type { MeasureOptions } from '../workload.ts';
import { type FilmsResult, measureFilms } from './load/measure-films.ts';
import { oracleOf } from './oracle-of.ts';
import { API, REPLICAS } from './services.ts';
import { filmsOf, findAddresses } from './target.ts';
import { readVersions, type StoredVersions } from './verify/read-versions.ts';

/** Measures a load on the films of a site. */
export async function measureSite({ site, ...options }: MeasureOptions): Promise<FilmsResult> {
  const films = site.release === undefined ? filmsOf() : undefined;
  return measureFilms({
    ...options,
    films,
    // Before the load: it takes the processor for a moment.
    oracle: await oracleOf(films),
    sharing: REPLICAS,
    readVersions: await versionsOf(site),
    metricsUrls: site.metricsUrls,
    fetchMetrics: site.fetch,
  });
}

/** By raw SQL where the database is within reach; in a release by the API itself, which imports nothing during a load. */
async function versionsOf(site: Site): Promise<() => Promise<StoredVersions>> {
  if (site.release !== undefined) return () => askVersion(site.url(API), site.fetch);
  const { postgresql } = await findAddresses(site);
  return () => readVersions(postgresql.films.ownerUrl);
}

async function askVersion(url: string, fetch: Fetch): Promise<StoredVersions> {
  const response = await fetch(`${url}/films?limit=1`);
  const { version } = (await response.json()) as { readonly version?: unknown };
  if (typeof version !== 'number')
    throw new Error(`the films API answered ${response.status} without a version`);
  return { current: version, kept: [version] };
}
