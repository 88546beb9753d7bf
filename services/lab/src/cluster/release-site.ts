import type { Site } from '../load/site.ts';
import type { StartedRelease } from './start-release.ts';

/** A release as its API server reaches it. @param isMeasured whether a component's metrics are read */
export function releaseSite(
  { cluster, release }: Pick<StartedRelease, 'cluster' | 'release'>,
  isMeasured: (component: string) => boolean,
): Site {
  return {
    url: (component) => release.apiPath(component),
    fetch: cluster.fetch,
    metricsUrls: () => release.metricsPaths(isMeasured),
  };
}
