import { RATE_WINDOW, SCOPE, type Signal, select } from './signal.ts';

/** Metrics of the exporter beside each store, which is off by default (chart values `valkey.exporter`, `redis.exporter`). */

const perStore = (name: string): string => `max by (component) (${select(name, SCOPE)})`;
const perSecond = (name: string): string =>
  `sum by (component) (rate(${select(name, SCOPE)}[${RATE_WINDOW}]))`;

/** Memory of each store against its limit. */
export const STORE_MEMORY: Signal = {
  title: 'Stores: memory used of the maximum',
  description:
    'Memory in use as a share of maxmemory. At 100 % the store refuses writes and its lane pauses: nothing is lost, but nothing moves before there is room.',
  unit: 'percentunit',
  queries: [
    {
      expr: `${perStore('redis_memory_used_bytes')} / (${perStore('redis_memory_max_bytes')} > 0)`,
      legend: '{{component}}',
    },
    { expr: `0 * max(${select('redis_memory_max_bytes', SCOPE)}) + 1`, legend: 'limit' },
  ],
};

/** Keys a store threw away. */
export const STORE_EVICTIONS: Signal = {
  title: 'Stores: evicted keys',
  description:
    'Keys the store threw away for want of memory since it started. It must be 0: an evicted identity is a message that can be counted twice.',
  unit: 'short',
  queries: [{ expr: perStore('redis_evicted_keys_total'), legend: '{{component}}' }],
};

/** Appends whose fsync had to wait for the one before. */
export const STORE_DELAYED_SYNCS: Signal = {
  title: 'Stores: delayed fsyncs',
  description:
    'How often, since the store started, a write waited because the fsync of the append-only file before it had not ended. Rising: the disk is too slow for the store, and its lane waits with it.',
  unit: 'short',
  queries: [{ expr: perStore('redis_aof_delayed_fsync'), legend: '{{component}}' }],
};

/** Commands per second. */
export const STORE_COMMANDS: Signal = {
  title: 'Stores: commands',
  description: 'Commands per second. A batch is one script call, so this is far below the rate of messages.',
  unit: 'ops',
  queries: [{ expr: perSecond('redis_commands_processed_total'), legend: '{{component}}' }],
};

/** Whether a query asks for what only an exporter that may be off can answer. */
export function asksExporter(expr: string): boolean {
  return /\bredis_\w+/.test(expr);
}

/** Counts the series of such exporters; empty where there are none. */
export const EXPORTER_SERIES = 'count({__name__=~"redis_.+"})';
