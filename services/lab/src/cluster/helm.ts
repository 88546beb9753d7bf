import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../../../tools/lib/run-command.ts';
import { ROOT } from '../cli/paths.ts';

/** The chart of this repository. */
export const CHART = join(ROOT, 'charts', 'caudal');

/** A release of the chart and its values. */
export interface ChartRelease {
  readonly name: string;
  readonly namespace: string;
  /** Values files; later ones override earlier ones. */
  readonly valuesFiles: readonly string[];
  /** Values that override those of the files. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Helm for one cluster. Methods reject with the end of Helm's output. */
export interface Helm {
  /** Installs or upgrades, and waits until everything is ready. */
  upgrade(
    release: ChartRelease,
    options?: { readonly timeoutSeconds?: number; readonly signal?: AbortSignal },
  ): Promise<string>;
  /** Renders one template of the chart. */
  template(release: ChartRelease, showOnly: string): Promise<string>;
  test(release: Pick<ChartRelease, 'name' | 'namespace'>): Promise<string>;
  /** Resolves when the release's objects are gone, or were not there; its pods may still be stopping. */
  uninstall(release: Pick<ChartRelease, 'name' | 'namespace'>): Promise<string>;
}

const UPGRADE_TIMEOUT_SECONDS = 300;

/** Creates a Helm client for a cluster. */
export function createHelm(
  program: string,
  cluster: { readonly kubeconfig: string; readonly context?: string | undefined },
): Helm {
  const target = [
    `--kubeconfig=${cluster.kubeconfig}`,
    ...(cluster.context === undefined ? [] : [`--kube-context=${cluster.context}`]),
  ];
  const run = async (args: readonly string[], signal?: AbortSignal): Promise<string> =>
    (await runCommand(program, [...args, ...target], { signal })).stdout;
  return {
    upgrade: (release, { timeoutSeconds = UPGRADE_TIMEOUT_SECONDS, signal } = {}) =>
      withValues(release, (values) =>
        run(
          [
            ...['upgrade', '--install', release.name, CHART, `--namespace=${release.namespace}`],
            ...['--wait', `--timeout=${timeoutSeconds}s`, ...values],
          ],
          signal,
        ),
      ),
    template: (release, showOnly) =>
      withValues(release, (values) =>
        run([
          ...['template', release.name, CHART, `--namespace=${release.namespace}`],
          `--show-only=${showOnly}`,
          ...values,
        ]),
      ),
    test: ({ name, namespace }) => run(['test', name, `--namespace=${namespace}`, '--logs']),
    uninstall: ({ name, namespace }) =>
      run(['uninstall', name, `--namespace=${namespace}`, '--wait', '--ignore-not-found']),
  };
}

async function withValues<Result>(
  { valuesFiles, values }: ChartRelease,
  work: (args: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'caudal-values-'));
  try {
    const file = join(directory, 'values.json');
    await writeFile(file, JSON.stringify(values));
    return await work([...valuesFiles, file].map((path) => `--values=${path}`));
  } finally {
    await rm(directory, { recursive: true });
  }
}
