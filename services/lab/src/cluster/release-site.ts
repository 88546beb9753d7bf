import type { Site } from '../load/site.ts';
import type { StartedRelease } from './start-release.ts';
import type { ClusterAddress } from './tunnel.ts';

/**
 * A release as its API server reaches it.
 * @param isMeasured whether a component's metrics are read
 * @param address of the cluster, for a system whose servers are read
 */
export function releaseSite(
  { cluster, release }: Pick<StartedRelease, 'cluster' | 'release'>,
  isMeasured: (component: string) => boolean,
  address?: ClusterAddress,
): Site {
  return {
    url: (component) => release.apiPath(component),
    fetch: cluster.fetch,
    metricsUrls: () => release.metricsPaths(isMeasured),
    ...(address !== undefined && { release: { address, cluster, release } }),
  };
}
