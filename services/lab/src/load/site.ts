import type { ServerAddresses } from '../../../../tools/servers/servers.ts';
import type { ClusterConnection } from '../cluster/connection.ts';
import type { Release } from '../cluster/release.ts';
import type { ClusterAddress } from '../cluster/tunnel.ts';
import type { Fetch } from './fetch.ts';
import type { MetricsUrls } from './metrics-watch.ts';

/** A release of the chart, and the cluster that it is in. */
export interface ReachedRelease {
  readonly address: ClusterAddress;
  readonly cluster: ClusterConnection;
  readonly release: Release;
}

/** Where a system runs: how its services are reached. */
export interface Site {
  /** Base of a service's API, for `fetch`. In a release services go by their component. */
  url(service: string): string;
  readonly fetch: Fetch;
  /** `/metrics` of its services; may change. */
  readonly metricsUrls: MetricsUrls;
  /** Addresses of its servers, where they are known and within reach. */
  readonly addresses?: ServerAddresses;
  /** The release of the chart that it is. */
  readonly release?: ReachedRelease;
}
