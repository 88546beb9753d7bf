import { brokersAndStores } from './brokers-and-stores.ts';
import type { NamedDashboard } from './dashboard.ts';
import { films } from './films.ts';
import { lanes } from './lanes.ts';
import { nodeRuntime } from './node-runtime.ts';
import { orders } from './orders.ts';
import { pipeline } from './pipeline.ts';

/** All dashboards, in reading order. */
export const DASHBOARDS: readonly NamedDashboard[] = [
  pipeline,
  lanes,
  brokersAndStores,
  nodeRuntime,
  orders,
  films,
];
