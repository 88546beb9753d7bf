import { RATE_WINDOW, SCOPE, type Signal, select } from './signal.ts';

/** Metrics of the Node processes, which every service exports; other programs' `process_…` series are left out. */

const podScope = `${SCOPE}, pod=~"$pod"`;
// The component is the chart's label; without it the pod's name says whose process it is.
const BY_POD = 'component, pod';
const LEGEND = '{{component}} {{pod}}';
const isNode = `and on (namespace, pod, instance) ${select('nodejs_version_info', podScope)}`;
const perPod = (name: string): string => `max by (${BY_POD}) (${select(name, podScope)} ${isNode})`;
const perSecond = (name: string): string => `rate(${select(name, podScope)}[${RATE_WINDOW}])`;

const cpu = `sum by (${BY_POD}) (${perSecond('process_cpu_user_seconds_total')} + ${perSecond('process_cpu_system_seconds_total')})`;
const memory = perPod('process_resident_memory_bytes');
const eventLoopDelay = perPod('nodejs_eventloop_lag_p99_seconds');
const garbageCollection = `sum by (${BY_POD}) (${perSecond('nodejs_gc_duration_seconds_sum')})`;

/** Every process with its figures of the moment; legends are the columns' titles. */
export const PROCESSES: Signal = {
  title: 'Processes',
  description:
    'Every process of the services, the busiest first. CPU: 100 % is one core. Files: open descriptors, mostly sockets. Up: time since the process started.',
  unit: 'short',
  queries: [
    { expr: cpu, legend: 'CPU' },
    { expr: memory, legend: 'memory' },
    { expr: eventLoopDelay, legend: 'event loop delay p99' },
    { expr: garbageCollection, legend: 'garbage collection' },
    { expr: perPod('process_open_fds'), legend: 'files' },
    { expr: `time() - ${perPod('process_start_time_seconds')}`, legend: 'up' },
  ],
};

/** CPU by process. */
export const CPU: Signal = {
  title: 'CPU',
  description:
    '100 % is one core. JavaScript runs on one thread: a process near 100 % needs more replicas, not a bigger limit.',
  unit: 'percentunit',
  queries: [{ expr: cpu, legend: LEGEND }],
};

/** Resident memory by process. */
export const MEMORY: Signal = {
  title: 'Memory',
  description:
    "Resident memory, which the container's limit counts. It does not depend on the backlog; steady growth over hours is a leak.",
  unit: 'bytes',
  queries: [{ expr: memory, legend: LEGEND }],
};

/** Used heap by process. */
export const HEAP: Signal = {
  title: 'JavaScript heap in use',
  description: 'Objects of JavaScript. A saw-tooth is usual; its lower edge is what really stays.',
  unit: 'bytes',
  queries: [{ expr: perPod('nodejs_heap_size_used_bytes'), legend: LEGEND }],
};

/** External memory by process. */
export const EXTERNAL_MEMORY: Signal = {
  title: 'Memory outside the heap',
  description: 'Buffers, mostly of sockets: what waits to be sent to, or was read from, brokers and stores.',
  unit: 'bytes',
  queries: [{ expr: perPod('nodejs_external_memory_bytes'), legend: LEGEND }],
};

/** Event loop delay by process. */
export const EVENT_LOOP_DELAY: Signal = {
  title: 'Event loop delay (p99)',
  description:
    'How late the event loop comes to its work. About 10 ms is its resolution at rest; ingest answers 503 above MAX_EVENT_LOOP_DELAY_MS rather than making every request wait.',
  unit: 's',
  queries: [{ expr: eventLoopDelay, legend: LEGEND }],
};

/** Longest event loop delay by process. */
export const EVENT_LOOP_DELAY_MAX: Signal = {
  title: 'Event loop delay (longest)',
  description:
    'The longest single delay between two scrapes. Seconds here: something blocks, or the container gets no CPU.',
  unit: 's',
  queries: [{ expr: perPod('nodejs_eventloop_lag_max_seconds'), legend: LEGEND }],
};

/** Share of time in garbage collection. */
export const GARBAGE_COLLECTION: Signal = {
  title: 'Time in garbage collection',
  description:
    'Share of time spent collecting garbage. Above a few percent: the heap is too small for the work.',
  unit: 'percentunit',
  queries: [{ expr: garbageCollection, legend: LEGEND }],
};
