import { join } from 'node:path';
import { jobLoad } from '../../cluster/load-job.ts';
import { releaseSite } from '../../cluster/release-site.ts';
import type { StartedRelease } from '../../cluster/start-release.ts';
import { LOADED } from './commands/cluster.ts';
import { createConsoleClient } from './load/console-client.ts';
import { type LoadResult, type MeasureOptions, measureLoad } from './load/measure-load.ts';

/** Options for a load on a release. */
export interface ReleaseLoad
  extends Pick<MeasureOptions, 'onProgress' | 'onLoadStarted' | 'signal' | 'stalledAfterMs'> {
  readonly scenario: string;
  /** URL as pods reach it; default: the release's ingest Service. */
  readonly baseUrl?: string | undefined;
  /** Variables of load-tests/README.md. */
  readonly variables: Readonly<Record<string, string>>;
  /** k6.log and account.json are written there. */
  readonly directory: string;
}

/** Loads a release and measures it through the cluster's API server. */
export function measureRelease(started: StartedRelease, load: ReleaseLoad): Promise<LoadResult> {
  const { cluster, helm, chart, release } = started;
  const site = releaseSite(started, LOADED.isMeasured);
  const { scenario, baseUrl, variables, directory, ...options } = load;
  return measureLoad({
    client: createConsoleClient(site.url('console'), site.fetch),
    metricsUrls: site.metricsUrls,
    fetchMetrics: site.fetch,
    startLoad: jobLoad({
      cluster,
      helm,
      release: chart,
      scenario,
      baseUrl: baseUrl ?? `http://${release.nameOf(LOADED.entry)}`,
      variables,
      logFile: join(directory, 'k6.log'),
      accountFile: join(directory, 'account.json'),
    }),
    ...options,
  });
}
