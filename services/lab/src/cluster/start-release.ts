import { join } from 'node:path';
import { ensureClientTools } from '../../../../tools/cluster/client-tools.ts';
import type { RunningCluster } from '../../../../tools/cluster/provider.ts';
import type { Terminal } from '../cli/terminal.ts';
import { type ClusterConnection, connectToCluster } from './connection.ts';
import { CHART, type ChartRelease, createHelm, type Helm } from './helm.ts';
import { isReady, Release } from './release.ts';

/** Options for installing a release. */
export interface StartReleaseOptions {
  readonly running: RunningCluster;
  readonly name: string;
  readonly namespace: string;
  readonly preset: 'default' | 'minimal' | 'ha' | 'external';
  /** Values files that override those of preset and images. */
  readonly valuesFiles: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
  readonly terminal: Terminal;
  readonly signal?: AbortSignal;
}

/** A ready release with the clients to work on it. */
export interface StartedRelease {
  readonly cluster: ClusterConnection;
  readonly helm: Helm;
  readonly kubectl: string;
  readonly chart: ChartRelease;
  readonly release: Release;
}

const PROGRESS_INTERVAL_MS = 1_000;

/** Installs or upgrades the chart in a namespace that enforces the restricted profile, and waits for all pods. */
export async function startRelease(options: StartReleaseOptions): Promise<StartedRelease> {
  const { running, name, namespace, preset, terminal, signal } = options;
  const tools = await ensureClientTools((line) => terminal.say(line));
  const cluster = connectToCluster(running.kubeconfig, running.context);
  const helm = createHelm(tools.helm, running);
  const chart: ChartRelease = {
    name,
    namespace,
    valuesFiles: [
      ...(preset === 'default' ? [] : [join(CHART, `values-${preset}.yaml`)]),
      ...(running.imageValues === undefined ? [] : [running.imageValues]),
      ...options.valuesFiles,
    ],
    values: options.values,
  };
  const release = new Release(cluster, { name, namespace });
  await ensureNamespace(cluster, namespace);
  terminal.say(`helm upgrade --install ${name}, preset ${preset}, in namespace ${namespace} …`);
  const timer = setInterval(() => void showPods(release, terminal), PROGRESS_INTERVAL_MS);
  try {
    await helm.upgrade(chart, { ...(signal && { signal }) });
  } finally {
    clearInterval(timer);
    terminal.endLive();
  }
  return { cluster, helm, kubectl: tools.kubectl, chart, release };
}

/** Creates a namespace that enforces the restricted profile. An existing one is left unchanged: it may be managed elsewhere. */
export async function ensureNamespace({ core }: ClusterConnection, name: string): Promise<void> {
  const { items } = await core.listNamespace({ fieldSelector: `metadata.name=${name}` });
  if (items.length > 0) return;
  const profile = 'pod-security.kubernetes.io/enforce';
  await core.createNamespace({
    body: { metadata: { name, labels: { [profile]: 'restricted', [`${profile}-version`]: 'latest' } } },
  });
}

async function showPods(release: Release, terminal: Terminal): Promise<void> {
  const pods = await release.pods().catch(() => []);
  const waiting = pods.filter((pod) => pod.status?.phase !== 'Succeeded' && !isReady(pod));
  const names = waiting.map(({ metadata }) => metadata?.name).join(', ');
  terminal.live(
    `${pods.length - waiting.length} of ${pods.length} pods are ready${names && `; waiting for ${names}`}`,
  );
}
