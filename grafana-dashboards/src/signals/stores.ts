import { RATE_WINDOW, SCOPE, type Signal, select } from './signal.ts';

/** Metrics of the stores' exporters, which are off by default (chart values `valkey.exporter`, `redis.exporter`). */

const perStore = (name: string): string => `max by (component) (${select(name, SCOPE)})`;
const perSecond = (name: string): string =>
  `sum by (component) (rate(${select(name, SCOPE)}[${RATE_WINDOW}]))`;

/** Memory of each store against its limit. */
export const STORE_MEMORY: Signal = {
  title: 'Stores: memory used of the maximum',
  description:
    'Memory used as a share of maxmemory. At 100 % the store refuses writes and its lane pauses: nothing is lost, but nothing is stored until memory is available.',
  unit: 'percentunit',
  queries: [
    {
      expr: `${perStore('redis_memory_used_bytes')} / (${perStore('redis_memory_max_bytes')} > 0)`,
      legend: '{{component}}',
    },
    { expr: `0 * max(${select('redis_memory_max_bytes', SCOPE)}) + 1`, legend: 'limit' },
  ],
};

/** Evicted keys. */
export const STORE_EVICTIONS: Signal = {
  title: 'Stores: evicted keys',
  description:
    'Keys evicted for lack of memory since the start of the store. Must be 0: without its identity a message can be counted twice.',
  unit: 'short',
  queries: [{ expr: perStore('redis_evicted_keys_total'), legend: '{{component}}' }],
};

/** Appends that waited for the previous fsync. */
export const STORE_DELAYED_SYNCS: Signal = {
  title: 'Stores: delayed fsyncs',
  description:
    'Writes since the start of the store that waited for a previous fsync of the append-only file. If it rises, the disk is too slow for the store and delays its lane.',
  unit: 'short',
  queries: [{ expr: perStore('redis_aof_delayed_fsync'), legend: '{{component}}' }],
};

/** Commands per second. */
export const STORE_COMMANDS: Signal = {
  title: 'Stores: commands',
  description: 'Commands per second. A batch is one script call, so this is far below the message rate.',
  unit: 'ops',
  queries: [{ expr: perSecond('redis_commands_processed_total'), legend: '{{component}}' }],
};

/** Whether a query needs an optional exporter. */
export function asksExporter(expr: string): boolean {
  return /\bredis_\w+/.test(expr);
}

/** Counts the series of such exporters; empty without any. */
export const EXPORTER_SERIES = 'count({__name__=~"redis_.+"})';
