import type { StartedRelease } from '../../../src/cluster/start-release.ts';
import { eventually } from './actions.ts';

/** What a pod asks for, may have and used at most; CPU in thousandths, memory in MiB. */
export interface Footprint {
  readonly component: string;
  readonly cpuRequest: number;
  readonly memoryRequest: number;
  readonly memoryLimit: number;
  /** Highest average over one interval of the metrics API. */
  readonly cpuUsed: number;
  /** Highest working set, which is what the limit applies to. */
  readonly memoryUsed: number;
}

interface PodMetrics {
  readonly metadata: { readonly name: string };
  readonly timestamp: string;
  readonly containers: readonly { readonly usage: { readonly cpu: string; readonly memory: string } }[];
}

const POLL_INTERVAL_MS = 2_000;

/** Reads the metrics API over and over. */
export interface FootprintWatch {
  /** Waits for figures from after a moment, in ms since the epoch, and stops; only of pods that run then. */
  stop(after: number): Promise<readonly Footprint[]>;
}

/** Starts a {@link FootprintWatch} of a release's pods. */
export function watchFootprint(started: StartedRelease): FootprintWatch {
  const { cluster, release } = started;
  const most = new Map<string, { cpu: number; memory: number; at: number }>();
  const read = async (): Promise<void> => {
    const selector = encodeURIComponent(`app.kubernetes.io/instance=${release.name}`);
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${release.namespace}/pods?labelSelector=${selector}`;
    const { items } = (await (await cluster.fetch(path)).json()) as { readonly items: readonly PodMetrics[] };
    for (const { metadata, timestamp, containers } of items) {
      const before = most.get(metadata.name) ?? { cpu: 0, memory: 0, at: 0 };
      const sum = (name: 'cpu' | 'memory') =>
        containers.reduce((total, { usage }) => total + parseQuantity(usage[name]), 0);
      most.set(metadata.name, {
        cpu: Math.max(before.cpu, sum('cpu')),
        memory: Math.max(before.memory, sum('memory')),
        at: Date.parse(timestamp),
      });
    }
  };
  const timer = setInterval(() => void read().catch(() => undefined), POLL_INTERVAL_MS).unref();
  return {
    async stop(after) {
      try {
        const pods = (await release.pods()).filter(({ status }) => status?.phase === 'Running');
        await eventually(
          () => [...most],
          () => pods.every(({ metadata }) => (most.get(metadata?.name ?? '')?.at ?? 0) > after),
        );
        return pods.map((pod) => {
          const used = most.get(pod.metadata?.name ?? '');
          const ask = (kind: 'requests' | 'limits', name: string) =>
            (pod.spec?.containers ?? []).reduce(
              (total, { resources }) => total + parseQuantity(resources?.[kind]?.[name] ?? '0'),
              0,
            );
          return {
            component: pod.metadata?.labels?.['app.kubernetes.io/component'] ?? '',
            cpuRequest: Math.round(ask('requests', 'cpu') * 1_000),
            memoryRequest: toMib(ask('requests', 'memory')),
            memoryLimit: toMib(ask('limits', 'memory')),
            cpuUsed: Math.ceil((used?.cpu ?? 0) * 1_000),
            memoryUsed: toMib(used?.memory ?? 0),
          };
        });
      } finally {
        clearInterval(timer);
      }
    },
  };
}

/** Rows of a Markdown table, with a row of sums. */
export function footprintTable(footprints: readonly Footprint[]): string {
  const sum = (name: Exclude<keyof Footprint, 'component'>) =>
    footprints.reduce((total, footprint) => total + footprint[name], 0);
  const all: Footprint = {
    component: 'all',
    cpuRequest: sum('cpuRequest'),
    memoryRequest: sum('memoryRequest'),
    memoryLimit: sum('memoryLimit'),
    cpuUsed: sum('cpuUsed'),
    memoryUsed: sum('memoryUsed'),
  };
  const rows = [...footprints].sort((a, b) => a.component.localeCompare(b.component));
  return [
    '| component | CPU requested | CPU measured | memory requested | memory measured | memory limit |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...[...rows, all].map(
      (row) =>
        `| ${row.component} | ${row.cpuRequest}m | ${row.cpuUsed}m | ${row.memoryRequest}Mi | ${row.memoryUsed}Mi | ${row.memoryLimit}Mi |`,
    ),
  ].join('\n');
}

const UNITS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

/** A quantity of Kubernetes in cores or bytes. */
function parseQuantity(text: string): number {
  const [, number, unit = ''] = /^([\d.]+)([a-zA-Z]*)$/.exec(text) ?? [];
  const factor = unit === '' ? 1 : UNITS[unit];
  if (number === undefined || factor === undefined) throw new Error(`not a quantity: ${text}`);
  return Number(number) * factor;
}

const toMib = (bytes: number): number => Math.ceil(bytes / 2 ** 20);
