import { join } from 'node:path';
import { type LoadResult, type MeasureOptions, measureLoad } from '../load/measure-load.ts';
import type { Scenario } from '../load/run-k6.ts';
import { jobLoad } from './load-job.ts';
import type { StartedRelease } from './start-release.ts';

/** Options for a load on a release. */
export interface ReleaseLoad
  extends Pick<MeasureOptions, 'onProgress' | 'onLoadStarted' | 'signal' | 'stalledAfterMs'> {
  readonly scenario: Scenario;
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
  const { scenario, baseUrl, variables, directory, ...options } = load;
  return measureLoad({
    client: release.console(),
    metricsUrls: () => release.metricsPaths(),
    fetchMetrics: cluster.fetch,
    startLoad: jobLoad({
      cluster,
      helm,
      release: chart,
      scenario,
      baseUrl: baseUrl ?? `http://${release.nameOf('ingest')}`,
      variables,
      logFile: join(directory, 'k6.log'),
      accountFile: join(directory, 'account.json'),
    }),
    ...options,
  });
}
