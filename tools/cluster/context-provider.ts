import { PrerequisiteError } from '../lib/prerequisite-error.ts';
import type { OnProgress } from '../lib/progress.ts';
import { isInstalled, runCommand } from '../lib/run-command.ts';
import { type KubectlTarget, kubectl } from './kubectl.ts';
import type { ClusterProvider, RunningCluster } from './provider.ts';

/** An existing cluster: nothing is created in it and nothing removed. */
export class ContextProvider implements ClusterProvider {
  readonly name = 'context';
  readonly #target: KubectlTarget;
  readonly #onProgress: OnProgress;

  /** @param context name from the kubeconfig, or `current` for kubectl's current one */
  constructor(context: string, onProgress: OnProgress) {
    this.#target = context === 'current' ? { program: 'kubectl' } : { program: 'kubectl', context };
    this.#onProgress = onProgress;
  }

  async up(): Promise<RunningCluster> {
    for (const line of await this.status()) this.#onProgress(line);
    return {
      kubeconfig: await this.kubeconfig(),
      context: this.#target.context,
      ingressUrl: undefined,
      ingressUrlInside: undefined,
      imageValues: undefined,
    };
  }

  async down(): Promise<void> {
    this.#onProgress(
      `nothing to remove: the cluster of context ${this.#target.context ?? 'current'} is your own`,
    );
  }

  async status(): Promise<readonly string[]> {
    await this.#requireKubectl();
    const ask = (...args: readonly string[]): Promise<string> =>
      kubectl(this.#target, ...args, '--request-timeout=10s').then((text) => text.trim());
    const nodes = await ask('get', 'nodes', '-o', 'name').catch((error: unknown) => {
      throw new PrerequisiteError(
        `the cluster of context ${this.#target.context ?? 'current'} does not answer; try: kubectl get nodes`,
        { cause: error },
      );
    });
    const metrics = await ask('get', '--raw', '/apis/metrics.k8s.io/v1beta1').catch(() => undefined);
    const ingress = await ask('get', 'ingressclasses', '-o', 'name').catch(() => '');
    return [
      `context ${this.#target.context ?? (await ask('config', 'current-context'))}: ${nodes.split('\n').length} nodes`,
      `metrics API: ${metrics === undefined ? 'missing; kubectl top and HPA do not work' : 'answers'}`,
      `ingress classes: ${ingress === '' ? 'none; use a port-forward' : ingress.replaceAll('\n', ', ')}`,
    ];
  }

  async loadImages(): Promise<string | undefined> {
    this.#onProgress(
      'push the image to a registry the cluster pulls from: docker build -t NAME . && docker push NAME',
    );
    return undefined;
  }

  async kubeconfig(): Promise<string> {
    await this.#requireKubectl();
    const variable = process.env.KUBECONFIG;
    if (variable) return variable;
    return (await runCommand('sh', ['-c', 'echo "$HOME/.kube/config"'])).stdout.trim();
  }

  async #requireKubectl(): Promise<void> {
    if (!(await isInstalled('kubectl'))) throw new PrerequisiteError('--context needs kubectl; install it');
  }
}
