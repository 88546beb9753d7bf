import type { ServerAddresses } from '../../../../tools/servers/servers.ts';
import type { Fetch } from './fetch.ts';
import type { MetricsUrls } from './metrics-watch.ts';

/** Where a system runs: how its services are reached. */
export interface Site {
  /** Base of a service's API, for `fetch`. In a release services go by their component. */
  url(service: string): string;
  readonly fetch: Fetch;
  /** `/metrics` of its services; may change. */
  readonly metricsUrls: MetricsUrls;
  /** Addresses of its servers, where they are known and within reach. */
  readonly addresses?: ServerAddresses;
}
