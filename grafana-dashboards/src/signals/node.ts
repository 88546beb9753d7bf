import { RATE_WINDOW, SCOPE, type Signal, select } from './signal.ts';

/** Metrics of the services' Node processes; `process_…` series of other programs are excluded. */

const podScope = `${SCOPE}, pod=~"$pod"`;
// The chart sets the label `component`; without it the pod's name identifies the process.
const BY_POD = 'component, pod';
const LEGEND = '{{component}} {{pod}}';
const isNode = `and on (namespace, pod, instance) ${select('nodejs_version_info', podScope)}`;
const perPod = (name: string): string => `max by (${BY_POD}) (${select(name, podScope)} ${isNode})`;
const perSecond = (name: string): string => `rate(${select(name, podScope)}[${RATE_WINDOW}])`;

const cpu = `sum by (${BY_POD}) (${perSecond('process_cpu_user_seconds_total')} + ${perSecond('process_cpu_system_seconds_total')})`;
const memory = perPod('process_resident_memory_bytes');
const eventLoopDelay = perPod('nodejs_eventloop_lag_p99_seconds');
const garbageCollection = `sum by (${BY_POD}) (${perSecond('nodejs_gc_duration_seconds_sum')})`;

/** Current figures of every process; legends are the column titles. */
export const PROCESSES: Signal = {
  title: 'Processes',
  description:
    'Service processes, busiest first. CPU: 100 % is one core. Files: open descriptors, mostly sockets. Up: time since the start of the process.',
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
    "Resident memory, as counted against the container's limit. A consumer's memory rises while it drains a backlog and then levels off; steady growth over hours is a leak.",
  unit: 'bytes',
  queries: [{ expr: memory, legend: LEGEND }],
};

/** Used heap by process. */
export const HEAP: Signal = {
  title: 'JavaScript heap in use',
  description:
    'Memory of JavaScript objects. A saw-tooth is normal; its lower edge is the memory in use after garbage collection.',
  unit: 'bytes',
  queries: [{ expr: perPod('nodejs_heap_size_used_bytes'), legend: LEGEND }],
};

/** External memory by process. */
export const EXTERNAL_MEMORY: Signal = {
  title: 'Memory outside the heap',
  description: 'Buffers, mostly of sockets: data to be sent to, or read from, brokers and stores.',
  unit: 'bytes',
  queries: [{ expr: perPod('nodejs_external_memory_bytes'), legend: LEGEND }],
};

/** Event loop delay by process. */
export const EVENT_LOOP_DELAY: Signal = {
  title: 'Event loop delay (p99)',
  description:
    'Delay of the event loop. About 10 ms is the resolution of the measurement at rest. Above MAX_EVENT_LOOP_DELAY_MS, ingest sheds new requests with 503.',
  unit: 's',
  queries: [{ expr: eventLoopDelay, legend: LEGEND }],
};

/** Longest event loop delay by process. */
export const EVENT_LOOP_DELAY_MAX: Signal = {
  title: 'Event loop delay (longest)',
  description:
    'Longest delay between two scrapes. Seconds mean that code blocks the event loop, or that the container gets no CPU.',
  unit: 's',
  queries: [{ expr: perPod('nodejs_eventloop_lag_max_seconds'), legend: LEGEND }],
};

/** Share of time in garbage collection. */
export const GARBAGE_COLLECTION: Signal = {
  title: 'Time in garbage collection',
  description:
    'Share of time spent in garbage collection. Above a few percent, the heap is too small for the load.',
  unit: 'percentunit',
  queries: [{ expr: garbageCollection, legend: LEGEND }],
};
