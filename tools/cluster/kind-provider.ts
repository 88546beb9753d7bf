import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrerequisiteError } from '../lib/prerequisite-error.ts';
import { type OnProgress, withProgress } from '../lib/progress.ts';
import { isInstalled, runCommand } from '../lib/run-command.ts';
import { contentName, projectImageName } from './images/project-image.ts';
import { applyManifests, type KubectlTarget, kubectl } from './kubectl.ts';
import { ingressUrlInside, readManifest } from './manifests.ts';
import type { ClusterProvider, RunningCluster } from './provider.ts';
import { waitFor } from './wait-for.ts';

const clusterName = 'caudal';
/** Loopback port that kind maps to the ingress in the cluster. */
const ingressPort = 8088;
const metricsServer =
  'https://github.com/kubernetes-sigs/metrics-server/releases/download/v0.9.0/components.yaml';

/** Whether a Docker engine answers; a client alone is not enough. */
export async function dockerAnswers(): Promise<boolean> {
  return runCommand('docker', ['info', '--format', '{{.ServerVersion}}']).then(
    ({ stdout }) => stdout.trim() !== '',
    () => false,
  );
}

/** A kind cluster in Docker containers, with the official images. */
export class KindProvider implements ClusterProvider {
  readonly name = 'kind';
  readonly #repository: string;
  readonly #kubeconfig: string;
  readonly #onProgress: OnProgress;

  constructor(repository: string, onProgress: OnProgress) {
    this.#repository = repository;
    this.#kubeconfig = join(repository, '.caudal', 'kind', 'kubeconfig');
    this.#onProgress = onProgress;
  }

  async up(nodes: number): Promise<RunningCluster> {
    await this.#requirePrograms();
    if (await this.#exists()) {
      await this.#kind('export', 'kubeconfig', `--kubeconfig=${this.#kubeconfig}`);
      this.#onProgress(
        `already up: kind cluster ${clusterName} (keeps the number of nodes of its first start)`,
      );
    } else {
      await withProgress(`kind cluster of ${nodes}: starting`, this.#onProgress, () => this.#create(nodes));
    }
    await withProgress('ingress and metrics: starting', this.#onProgress, () => this.#addBasics());
    return {
      kubeconfig: this.#kubeconfig,
      context: undefined,
      ingressUrl: `http://127.0.0.1:${ingressPort}`,
      ingressUrlInside,
      imageValues: join(import.meta.dirname, 'values-kind-images.yaml'),
    };
  }

  async down(): Promise<void> {
    await this.#requirePrograms();
    await this.#kind('delete', 'cluster', `--kubeconfig=${this.#kubeconfig}`);
    await rm(join(this.#kubeconfig, '..'), { recursive: true, force: true });
  }

  async status(): Promise<readonly string[]> {
    await this.#requirePrograms();
    if (!(await this.#exists())) return [`kind cluster ${clusterName}: down`];
    const nodes = await kubectl(this.#target(), 'get', 'nodes', '-o', 'wide', '--request-timeout=5s');
    return [
      `kind cluster ${clusterName}`,
      `kubeconfig ${this.#kubeconfig}`,
      `ingress http://127.0.0.1:${ingressPort}`,
      nodes,
    ];
  }

  async loadImages(): Promise<string | undefined> {
    if (!existsSync(join(this.#repository, 'Dockerfile'))) return undefined;
    const { stdout: id } = await withProgress(`${projectImageName}: building`, this.#onProgress, () =>
      runCommand('docker', ['build', '--quiet', '--tag', projectImageName, this.#repository]),
    );
    const name = contentName(id);
    await runCommand('docker', ['tag', projectImageName, name]);
    await withProgress(`${projectImageName}: loading onto the nodes`, this.#onProgress, () =>
      this.#kind('load', 'docker-image', projectImageName, name),
    );
    return name;
  }

  async kubeconfig(): Promise<string> {
    if (!existsSync(this.#kubeconfig)) throw new Error('the cluster is down: run npm run cluster:up');
    return this.#kubeconfig;
  }

  async #create(nodes: number): Promise<void> {
    await mkdir(join(this.#kubeconfig, '..'), { recursive: true });
    const directory = await mkdtemp(join(tmpdir(), 'caudal-kind-'));
    try {
      const config = join(directory, 'kind.json');
      const mapping = { containerPort: 30080, hostPort: ingressPort, listenAddress: '127.0.0.1' };
      const workers = Array.from({ length: nodes - 1 }, () => ({ role: 'worker' }));
      const first = { role: 'control-plane', extraPortMappings: [mapping] };
      const spec = { kind: 'Cluster', apiVersion: 'kind.x-k8s.io/v1alpha4', nodes: [first, ...workers] };
      await writeFile(config, JSON.stringify(spec));
      await this.#kind(
        'create',
        'cluster',
        `--config=${config}`,
        `--kubeconfig=${this.#kubeconfig}`,
        '--wait=180s',
      );
    } finally {
      await rm(directory, { recursive: true });
    }
  }

  async #addBasics(): Promise<void> {
    const target = this.#target();
    const ingress = await readManifest('ingress', {
      externalIps: '[]',
      ingressAddress: '127.0.0.1',
      traefikImage: 'traefik:v3.6.12',
    });
    await applyManifests(target, [ingress]);
    await kubectl(target, 'apply', '-f', metricsServer);
    // kind's kubelets sign their own certificates.
    const flag = [
      { op: 'add', path: '/spec/template/spec/containers/0/args/-', value: '--kubelet-insecure-tls' },
    ];
    const args = await kubectl(
      target,
      'get',
      'deployment/metrics-server',
      '-n',
      'kube-system',
      '-o',
      'jsonpath={..args}',
    );
    if (!args.includes('--kubelet-insecure-tls')) {
      await kubectl(
        target,
        'patch',
        'deployment/metrics-server',
        '-n',
        'kube-system',
        '--type=json',
        `-p=${JSON.stringify(flag)}`,
      );
    }
    await kubectl(target, 'rollout', 'status', 'deployment/traefik', '--namespace=ingress', '--timeout=180s');
    await waitFor('the ingress to answer', () => fetch(`http://127.0.0.1:${ingressPort}/`), {
      timeoutMs: 60_000,
    });
  }

  async #requirePrograms(): Promise<void> {
    for (const program of ['docker', 'kind', 'kubectl']) {
      if (!(await isInstalled(program)))
        throw new PrerequisiteError(`${program} is not installed; kind needs it`);
    }
  }

  async #exists(): Promise<boolean> {
    const clusters = await this.#kind('get', 'clusters');
    return clusters.split('\n').includes(clusterName);
  }

  async #kind(...args: readonly string[]): Promise<string> {
    const named = args[0] === 'get' ? [] : [`--name=${clusterName}`];
    return (await runCommand('kind', [...args, ...named])).stdout;
  }

  #target(): KubectlTarget {
    return { program: 'kubectl', kubeconfig: this.#kubeconfig };
  }
}
