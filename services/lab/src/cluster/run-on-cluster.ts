import { join } from 'node:path';
import { chooseProvider } from '../../../../tools/cluster/choose-provider.ts';
import type { RunningCluster } from '../../../../tools/cluster/provider.ts';
import { handleInterrupts, INTERRUPTED_STATUS, InterruptedError } from '../cli/interrupts.ts';
import { RESULTS_DIRECTORY, ROOT } from '../cli/paths.ts';
import { createTerminal, type Terminal } from '../cli/terminal.ts';
import type { LoadResult } from '../load/measure-load.ts';
import { accountStatus } from '../report/account-status.ts';
import { keepRun } from '../report/keep-run.ts';
import { progressLine } from '../report/progress-line.ts';
import { newRunId } from '../report/write-results.ts';
import { measureRelease } from './measure-release.ts';
import { nextSteps } from './next-steps.ts';
import { forwardPort, type PortForward } from './port-forward.ts';
import { type StartedRelease, startRelease } from './start-release.ts';

/** Options of `npm run cluster`. */
export interface ClusterRunSettings {
  /** Exit after the account; the cluster keeps running. */
  readonly once: boolean;
  readonly provider: 'auto' | 'kind' | 'local';
  readonly context: string | undefined;
  readonly nodes: number;
  readonly name: string;
  readonly namespace: string;
  readonly preset: 'default' | 'minimal' | 'ha';
  readonly valuesFiles: readonly string[];
  readonly load: { readonly messages: number; readonly users: number; readonly seed: string } | undefined;
}

/** Starts a cluster, installs the release, loads it; resolves with the exit status. Cluster and release keep running. */
export async function runOnCluster(settings: ClusterRunSettings): Promise<number> {
  const terminal = createTerminal(process.stderr);
  const interrupts = handleInterrupts(() => terminal.say('stopping (Ctrl-C again to exit immediately) …'));
  const forwards: PortForward[] = [];
  try {
    const { running, image } = await bringUp(settings, terminal);
    interrupts.signal.throwIfAborted();
    const started = await startRelease({
      running,
      name: settings.name,
      namespace: settings.namespace,
      preset: settings.preset,
      valuesFiles: settings.valuesFiles,
      // Harmless where policies are not enforced.
      values: {
        ...(image !== undefined && { images: { caudal: { tag: image.slice(image.lastIndexOf(':') + 1) } } }),
        ingress: { enabled: running.ingressUrl !== undefined },
        networkPolicy: { enabled: true },
      },
      terminal,
      signal: interrupts.signal,
    });
    terminal.say('all pods are ready');
    let status = 0;
    if (settings.load !== undefined) {
      const result = await runSeedLoad(settings, running, started, terminal, interrupts.signal);
      status = accountStatus(result);
    }
    if (!settings.once) {
      forwards.push(...(await forwardAll(running, started)));
      process.stdout.write(nextSteps({ running, started, forwards }));
      await interrupts.received;
    }
    terminal.say(`release ${settings.name} keeps running; npm run cluster:down removes the cluster`);
    return status;
  } catch (error) {
    if (error instanceof InterruptedError || interrupts.signal.aborted) return INTERRUPTED_STATUS;
    throw error;
  } finally {
    for (const forward of forwards) forward.close();
    interrupts.release();
  }
}

async function bringUp(
  settings: ClusterRunSettings,
  terminal: Terminal,
): Promise<{ readonly running: RunningCluster; readonly image: string | undefined }> {
  const provider = await chooseProvider(settings, ROOT, (line) => terminal.say(line));
  const running = await provider.up(settings.nodes);
  return { running, image: await provider.loadImages() };
}

async function runSeedLoad(
  settings: ClusterRunSettings,
  running: RunningCluster,
  started: StartedRelease,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<LoadResult> {
  const { messages, users, seed } = settings.load ?? { messages: 0, users: 0, seed: '' };
  const id = newRunId('cluster-seed');
  const baseUrl = running.ingressUrlInside;
  const count = messages.toLocaleString('en-US');
  terminal.say(`k6 as a Job: ${count} messages by ${users} users to ${baseUrl ?? 'the ingest Service'} …`);
  const result = await measureRelease(started, {
    scenario: 'seed',
    baseUrl,
    variables: { MESSAGES: String(messages), USERS: String(users), SEED: seed },
    directory: join(RESULTS_DIRECTORY, id),
    signal,
    onProgress: (progress) => terminal.live(progressLine(progress)),
  });
  terminal.endLive();
  keepRun({
    id,
    command: 'npm run cluster',
    settings: { messages, users, seed, preset: settings.preset, ...(await replicasOf(started)) },
    versions: await imagesOf(started),
    result,
  });
  return result;
}

async function replicasOf({ release }: StartedRelease): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { metadata } of await release.pods()) {
    const component = metadata?.labels?.['app.kubernetes.io/component'];
    if (component !== undefined && component !== 'loadtest') counts[component] = (counts[component] ?? 0) + 1;
  }
  return counts;
}

/** Image tags by the last part of the image name. */
async function imagesOf({ release }: StartedRelease): Promise<Record<string, string>> {
  const images = (await release.pods()).flatMap(
    ({ spec }) => spec?.containers.map(({ image }) => image ?? '') ?? [],
  );
  const parts = images.map((image) => /([^/:@]+)[:@]([^/]+)$/.exec(image)).filter((match) => match !== null);
  return Object.fromEntries(parts.map(([, name = '', tag = '']) => [`image ${name}`, tag]));
}

async function forwardAll(
  running: RunningCluster,
  { kubectl, release }: StartedRelease,
): Promise<PortForward[]> {
  const target = [
    `--kubeconfig=${running.kubeconfig}`,
    ...(running.context === undefined ? [] : [`--context=${running.context}`]),
  ];
  const components = new Set(
    (await release.pods()).map(({ metadata }) => metadata?.labels?.['app.kubernetes.io/component']),
  );
  const wanted = [
    { component: 'ingest', port: 'http', wantedPort: 8080 },
    { component: 'console', port: 'http', wantedPort: 8081 },
    { component: 'prometheus', port: '9090', wantedPort: 9090 },
    { component: 'grafana', port: '3000', wantedPort: 3000 },
  ].filter(({ component }) => components.has(component));
  return Promise.all(
    wanted.map(({ component, port, wantedPort }) =>
      forwardPort({
        kubectl,
        target,
        component,
        namespace: release.namespace,
        service: release.nameOf(component),
        port,
        wantedPort,
      }),
    ),
  );
}
