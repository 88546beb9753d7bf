import { join } from 'node:path';
import { chooseProvider } from '../../../../tools/cluster/choose-provider.ts';
import type { RunningCluster } from '../../../../tools/cluster/provider.ts';
import { handleInterrupts, INTERRUPTED_STATUS, InterruptedError } from '../cli/interrupts.ts';
import { RESULTS_DIRECTORY, ROOT } from '../cli/paths.ts';
import { createTerminal, type Terminal } from '../cli/terminal.ts';
import { jobLoad } from '../cluster/load-job.ts';
import { forwardPort, type PortForward } from '../cluster/port-forward.ts';
import { releaseSite } from '../cluster/release-site.ts';
import { type StartedRelease, startRelease } from '../cluster/start-release.ts';
import { untilIngressLeads } from '../cluster/until-ingress-leads.ts';
import { keepRun } from '../report/keep-run.ts';
import { newRunId } from '../report/write-results.ts';
import { nounOf, scenarioOf } from '../workloads/index.ts';
import type { AnnouncedLoad, ClusterChoice, Forward, Workload } from '../workloads/workload.ts';
import { nextSteps } from './release-next-steps.ts';

/** Starts a cluster, installs the release, loads it; resolves with the exit status. Cluster and release keep running. */
export async function runOnCluster(workload: Workload, choice: ClusterChoice): Promise<number> {
  const terminal = createTerminal(process.stderr);
  const interrupts = handleInterrupts(() => terminal.say('stopping (Ctrl-C again to exit immediately) …'));
  const forwards: PortForward[] = [];
  try {
    const { running, image } = await bringUp(choice, terminal);
    interrupts.signal.throwIfAborted();
    const started = await startRelease({
      running,
      name: choice.name,
      namespace: choice.namespace,
      preset: choice.preset,
      valuesFiles: choice.valuesFiles,
      // Harmless where policies are not enforced.
      values: {
        ...workload.cluster.values,
        ...(image !== undefined && { images: { caudal: { tag: image.slice(image.lastIndexOf(':') + 1) } } }),
        ingress: {
          enabled: running.ingressUrl !== undefined,
          // The load goes this way.
          routes: [{ host: '', path: '/', service: workload.cluster.entry }],
        },
        networkPolicy: { enabled: true },
      },
      terminal,
      signal: interrupts.signal,
    });
    terminal.say('all pods are ready');
    let status = 0;
    if (choice.load !== undefined) {
      const { preset, load } = choice;
      status = await runLoad({
        workload,
        load,
        preset,
        running,
        started,
        terminal,
        signal: interrupts.signal,
      });
    }
    if (!choice.once) {
      forwards.push(...(await forwardAll(workload.cluster.forwards, running, started)));
      process.stdout.write(nextSteps({ description: workload.cluster, running, started, forwards }));
      await interrupts.received;
    }
    terminal.say(`release ${choice.name} keeps running; npm run cluster:down removes the cluster`);
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
  choice: ClusterChoice,
  terminal: Terminal,
): Promise<{ readonly running: RunningCluster; readonly image: string | undefined }> {
  const provider = await chooseProvider(choice, ROOT, (line) => terminal.say(line));
  const running = await provider.up(choice.nodes);
  return { running, image: await provider.loadImages() };
}

/** Sends the load from a Job, prints and keeps the run; resolves with the exit status. */
async function runLoad({
  workload,
  load,
  preset,
  running,
  started,
  terminal,
  signal,
}: {
  readonly workload: Workload;
  readonly load: AnnouncedLoad;
  readonly preset: string;
  readonly running: RunningCluster;
  readonly started: StartedRelease;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}): Promise<number> {
  const { entry, isMeasured } = workload.cluster;
  const id = newRunId(`cluster-${nounOf(workload, '-')}${scenarioOf(workload, load.scenario)}`);
  const directory = join(RESULTS_DIRECTORY, id);
  const { cluster, helm, chart, release } = started;
  const baseUrl = running.ingressUrlInside;
  if (running.ingressUrl !== undefined) await untilIngressLeads(running.ingressUrl, { signal });
  terminal.say(`k6 as a Job: ${load.announcement} to ${baseUrl ?? `the ${entry} Service`} …`);
  const result = await workload.measure({
    site: releaseSite(started, isMeasured, running),
    startLoad: jobLoad({
      cluster,
      helm,
      release: chart,
      scenario: load.scenario,
      baseUrl: baseUrl ?? `http://${release.nameOf(entry)}`,
      variables: load.variables,
      logFile: join(directory, 'k6.log'),
      accountFile: join(directory, 'account.json'),
    }),
    signal,
    onProgress: (line) => terminal.live(line),
  });
  terminal.endLive();
  keepRun(workload, {
    id,
    command: `npm run cluster${nounOf(workload) && ` -- ${workload.name}`}`,
    settings: { ...load.settings, preset, ...(await replicasOf(started)) },
    versions: await imagesOf(started),
    result,
  });
  return workload.judge(result).exact ? 0 : 1;
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
  forwards: readonly Forward[],
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
  const wanted = forwards.filter(({ component }) => components.has(component));
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
