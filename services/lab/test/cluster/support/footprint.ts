import { eventually } from '@caudal/common/testing';
import type { StartedRelease } from '../../../src/cluster/start-release.ts';

/** What a pod asks for, may have and used; CPU in thousandths, memory in MiB. */
export interface Footprint {
  readonly component: string;
  readonly memoryRequest: number;
  readonly memoryLimit: number;
  /** Average over the load, from its start until everything was stored, by the counter of the container's own cgroup. */
  readonly cpuUsed: number;
  /** Highest working set that the metrics API knew, which is what the limit applies to. */
  readonly memoryUsed: number;
}

/** Watches what the pods of a release use, under a load. */
export interface FootprintWatch {
  /** To be called at the end of the load. */
  loadEnded(): Promise<void>;
  /** Waits for figures of memory from after the load, and stops; of pods that ran when it began and still run. */
  result(): Promise<readonly Footprint[]>;
}

interface PodMetrics {
  readonly metadata: { readonly name: string };
  readonly timestamp: string;
  readonly containers: readonly { readonly usage: { readonly memory: string } }[];
}

const POLL_INTERVAL_MS = 2_000;

/** Starts a {@link FootprintWatch}, which reads the metrics API over and over; to be called just before the load. */
export async function watchFootprint(started: StartedRelease): Promise<FootprintWatch> {
  const { cluster, release } = started;
  const most = new Map<string, { memory: number; at: number }>();
  const read = async (): Promise<void> => {
    const selector = encodeURIComponent(`app.kubernetes.io/instance=${release.name}`);
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${release.namespace}/pods?labelSelector=${selector}`;
    const { items } = (await (await cluster.fetch(path)).json()) as { readonly items: readonly PodMetrics[] };
    for (const { metadata, timestamp, containers } of items) {
      const memory = containers.reduce((total, { usage }) => total + parseQuantity(usage.memory), 0);
      most.set(metadata.name, {
        memory: Math.max(most.get(metadata.name)?.memory ?? 0, memory),
        at: Date.parse(timestamp),
      });
    }
  };
  const timer = setInterval(() => void read().catch(() => undefined), POLL_INTERVAL_MS).unref();
  const before = await readCpuSeconds(started);
  const beganAt = Date.now();
  let after: ReadonlyMap<string, number> = before;
  let endedAt = beganAt;
  return {
    async loadEnded() {
      endedAt = Date.now();
      after = await readCpuSeconds(started);
    },
    async result() {
      try {
        const pods = (await release.pods()).filter(({ metadata }) => before.has(metadata?.name ?? ''));
        await eventually(
          () => [...most],
          () => pods.every(({ metadata }) => (most.get(metadata?.name ?? '')?.at ?? 0) > endedAt),
        );
        return pods.map((pod) => {
          const name = pod.metadata?.name ?? '';
          const cpuSeconds = (after.get(name) ?? 0) - (before.get(name) ?? 0);
          const ask = (kind: 'requests' | 'limits', resource: string) =>
            (pod.spec?.containers ?? []).reduce(
              (total, { resources }) => total + parseQuantity(resources?.[kind]?.[resource] ?? '0'),
              0,
            );
          return {
            component: pod.metadata?.labels?.['app.kubernetes.io/component'] ?? '',
            memoryRequest: toMib(ask('requests', 'memory')),
            memoryLimit: toMib(ask('limits', 'memory')),
            cpuUsed: Math.ceil((cpuSeconds / ((endedAt - beganAt) / 1_000)) * 1_000),
            memoryUsed: toMib(most.get(name)?.memory ?? 0),
          };
        });
      } finally {
        clearInterval(timer);
      }
    },
  };
}

/** Version 1 of cgroups counts nanoseconds, version 2 microseconds. */
const READ_CPU =
  'cat /sys/fs/cgroup/cpuacct/cpuacct.usage 2> /dev/null || while read -r key value; do [ "$key" = usage_usec ] && echo "$value"000; done < /sys/fs/cgroup/cpu.stat';

/** CPU time that each running pod has used so far, by its name. */
async function readCpuSeconds({ cluster, release }: StartedRelease): Promise<ReadonlyMap<string, number>> {
  const pods = (await release.pods()).filter(({ status }) => status?.phase === 'Running');
  const used = await Promise.all(
    pods.map(async ({ metadata, spec }) => {
      const pod = metadata?.name ?? '';
      const ofContainers = await Promise.all(
        (spec?.containers ?? []).map(async ({ name: container }) => {
          const { stdout, stderr } = await cluster.exec({ namespace: release.namespace, pod, container }, [
            'sh',
            '-c',
            READ_CPU,
          ]);
          if (!/^\d+\s*$/.test(stdout))
            throw new Error(`${pod} does not say how much CPU it used: ${stderr}`);
          return Number(stdout) / 1e9;
        }),
      );
      return [pod, ofContainers.reduce((total, seconds) => total + seconds, 0)] as const;
    }),
  );
  return new Map(used);
}

/** Rows of a Markdown table, with a row of sums. */
export function footprintTable(footprints: readonly Footprint[]): string {
  const sum = (name: Exclude<keyof Footprint, 'component'>) =>
    footprints.reduce((total, footprint) => total + footprint[name], 0);
  const all: Footprint = {
    component: 'all',
    memoryRequest: sum('memoryRequest'),
    memoryLimit: sum('memoryLimit'),
    cpuUsed: sum('cpuUsed'),
    memoryUsed: sum('memoryUsed'),
  };
  const rows = [...footprints].sort((a, b) => a.component.localeCompare(b.component));
  return [
    '| component | CPU measured | memory requested | memory measured | memory limit |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...[...rows, all].map(
      (row) =>
        `| ${row.component} | ${row.cpuUsed}m | ${row.memoryRequest}Mi | ${row.memoryUsed}Mi | ${row.memoryLimit}Mi |`,
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
