import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { exclusive } from '../../lib/exclusive.ts';
import { type OnProgress, withProgress } from '../../lib/progress.ts';
import { runCommand } from '../../lib/run-command.ts';
import { ensureClientTools } from '../client-tools.ts';
import { describeImages, ensureImageLayers, traefikImageName } from '../images/catalog.ts';
import { copyImageStore, ensureImageStore, type Snapshotter } from '../images/image-store.ts';
import { buildProjectImage } from '../images/project-image.ts';
import { applyManifests, type KubectlTarget, kubectl } from '../kubectl.ts';
import { ingressUrlInside, readManifest } from '../manifests.ts';
import type { ClusterProvider, RunningCluster } from '../provider.ts';
import { waitFor } from '../wait-for.ts';
import { type ClusterBinaries, ensureBinaries } from './binaries.ts';
import { pkiSpec, writeKubeconfigs } from './identities.ts';
import { type ClusterLayout, clusterLayout, type NodeName } from './layout.ts';
import { ingressUrl, network, nodeNetwork } from './network.ts';
import { writeNodeConfig } from './node-config.ts';
import { insideNode, isNodeRunning, markComplete, restoreMachine, startNode, stopNode } from './nodes.ts';
import { ensurePrerequisites } from './prerequisites.ts';
import { readState } from './state.ts';

const readyTimeoutMs = 120_000;

/** Components of a node, cached after the first build. */
interface Artifacts {
  readonly kube: string;
  readonly kubectl: string;
  readonly cniPlugins: string;
  readonly imageStore: string;
  readonly snapshotter: Snapshotter;
}

/**
 * A real Kubernetes on this machine without a container engine: each node is a set of namespaces with its own containerd,
 * kubelet and kube-proxy; node1 also runs the control plane. Needs Linux and root.
 */
export class LocalProvider implements ClusterProvider {
  readonly name = 'local';
  readonly #layout: ClusterLayout;
  readonly #onProgress: OnProgress;

  constructor(repository: string, onProgress: OnProgress) {
    this.#layout = clusterLayout(repository);
    this.#onProgress = onProgress;
  }

  /** Builds components missing from the cache: half an hour on a new machine. */
  async prepare(): Promise<void> {
    await this.#exclusive(() => this.#ensureArtifacts());
  }

  async up(nodes: number): Promise<RunningCluster> {
    return this.#exclusive(async () => {
      const wanted: readonly NodeName[] = nodes === 2 ? ['node1', 'node2'] : ['node1'];
      const missing = await this.#missing(wanted);
      if (missing.length === 0) {
        this.#onProgress(`already up: ${wanted.join(' and ')}`);
        return this.#running();
      }
      const artifacts = await this.#ensureArtifacts();
      if (missing.includes('node1')) {
        await this.#removeEverything();
        await this.#startFirstNode(artifacts);
      }
      if (missing.includes('node2')) {
        await stopNode(this.#layout, 'node2');
        await this.#start('node2', artifacts, { fresh: true });
        await markComplete(this.#layout, 'node2');
      }
      return this.#running();
    });
  }

  async down(): Promise<void> {
    await this.#exclusive(async () => {
      const state = await readState(this.#layout.stateFile);
      if (state === undefined && !existsSync(this.#layout.run)) {
        this.#onProgress('already down');
        return;
      }
      await withProgress('removing the cluster', this.#onProgress, () => this.#removeEverything());
    });
  }

  async status(): Promise<readonly string[]> {
    const state = await readState(this.#layout.stateFile);
    if (state === undefined || state.nodes.length === 0) return ['local cluster: down'];
    const lines: string[] = [];
    for (const node of state.nodes) {
      const alive = await isNodeRunning(state, node.name);
      lines.push(
        `${node.name}: ${alive ? `running as process ${node.init.pid}` : 'not running; up starts it again'}`,
      );
      if (alive)
        lines.push(
          `  logs ${this.#layout.node(node.name).logs}, shell: nsenter -t ${node.init.pid} -m -n -p`,
        );
    }
    if (!(await isNodeRunning(state, 'node1'))) return lines;
    lines.push(`kubeconfig ${this.#layout.kubeconfig}`, `ingress ${ingressUrl} (any Host)`);
    const { kubectl: program } = await ensureClientTools(this.#onProgress);
    const nodes = kubectl(this.#kubectl(program), 'get', 'nodes', '-o', 'wide', '--request-timeout=5s');
    lines.push(await nodes.catch((error: unknown) => `the API server does not answer: ${String(error)}`));
    return lines;
  }

  async loadImages(): Promise<string | undefined> {
    return this.#exclusive(async () => {
      const state = await readState(this.#layout.stateFile);
      if (!(await isNodeRunning(state, 'node1')))
        throw new Error('the cluster is down: run npm run cluster:up');
      const image = await buildProjectImage(this.#layout.repository, this.#onProgress);
      if (image === undefined) return undefined;
      const snapshotter = await this.#snapshotter();
      for (const node of state?.nodes ?? []) {
        if (!(await isNodeRunning(state, node.name))) continue;
        const ctr = async (...args: readonly string[]): Promise<string> => {
          const [program = '', ...rest] = insideNode(node, ['ctr', '--namespace', 'k8s.io', ...args]);
          return (await runCommand(program, rest)).stdout;
        };
        if ((await ctr('images', 'ls', '--quiet')).split('\n').includes(image.contentName)) continue;
        await withProgress(`${image.name}: loading onto ${node.name}`, this.#onProgress, async () => {
          await ctr('images', 'import', '--snapshotter', snapshotter, image.archive);
          await ctr('images', 'tag', '--force', image.name, image.contentName);
        });
      }
      return image.contentName;
    });
  }

  async kubeconfig(): Promise<string> {
    if (!(await isNodeRunning(await readState(this.#layout.stateFile), 'node1'))) {
      throw new Error('the cluster is down: run npm run cluster:up');
    }
    return this.#layout.kubeconfig;
  }

  /** Simulates a power cut of node2: kills all its processes, keeps its disk. */
  async stopNode2(): Promise<void> {
    await this.#exclusive(() => stopNode(this.#layout, 'node2'));
  }

  /** Restarts node2 with its disk, as after a power cut; resolves when it is Ready. */
  async startNode2(): Promise<void> {
    await this.#exclusive(async () => {
      if (await isNodeRunning(await readState(this.#layout.stateFile), 'node2')) return;
      const fresh = !existsSync(this.#layout.node('node2').containerd);
      await this.#start('node2', await this.#ensureArtifacts(), { fresh });
      await markComplete(this.#layout, 'node2');
    });
  }

  async #ensureArtifacts(): Promise<Artifacts> {
    const { cniPlugins } = await ensurePrerequisites(this.#onProgress);
    const { kubectl: program } = await ensureClientTools(this.#onProgress);
    const binaries = await this.#buildBinariesAndLayers();
    const images = await describeImages(binaries, this.#onProgress);
    const snapshotter = await this.#snapshotter();
    const imageStore = await ensureImageStore(images, snapshotter, this.#onProgress);
    return { kube: binaries.kube, kubectl: program, cniPlugins, imageStore, snapshotter };
  }

  /** Builds binaries and layers concurrently: one is CPU-bound, the other waits for the network. The first error ends both. */
  async #buildBinariesAndLayers(): Promise<ClusterBinaries> {
    const abort = new AbortController();
    const options = { onProgress: this.#onProgress, signal: abort.signal };
    try {
      const [binaries] = await Promise.all([ensureBinaries(options), ensureImageLayers(options)]);
      return binaries;
    } catch (error) {
      abort.abort();
      throw error;
    }
  }

  async #startFirstNode(artifacts: Artifacts): Promise<void> {
    const spec = join(this.#layout.run, 'pki.json');
    await mkdir(this.#layout.run, { recursive: true });
    await writeFile(spec, JSON.stringify(pkiSpec(this.#layout)));
    await runCommand(artifacts.kube, ['pki', spec]);
    await writeKubeconfigs(this.#layout);
    await this.#start('node1', artifacts, { fresh: true });
    const target = this.#kubectl(artifacts.kubectl);
    await withProgress('DNS, ingress and metrics: starting', this.#onProgress, async () => {
      const dns = `http://${nodeNetwork.node1.address}:${network.dnsReadyPort}/ready`;
      const dnsReady = async (): Promise<true | undefined> => ((await fetch(dns)).ok ? true : undefined);
      await waitFor('DNS to be ready', dnsReady, { timeoutMs: readyTimeoutMs });
      await kubectl(
        target,
        'rollout',
        'status',
        'deployment/traefik',
        '--namespace=ingress',
        '--timeout=120s',
      );
      // A service address answers shortly after its first pod is ready.
      await waitFor('the ingress to answer', () => fetch(`${ingressUrl}/`), { timeoutMs: readyTimeoutMs });
      const metrics = async (): Promise<string> =>
        kubectl(target, 'get', '--raw', '/apis/metrics.k8s.io/v1beta1');
      await waitFor('the metrics API to answer', metrics, { timeoutMs: readyTimeoutMs, intervalMs: 250 });
    });
    await markComplete(this.#layout, 'node1');
  }

  async #start(name: NodeName, artifacts: Artifacts, options: { readonly fresh: boolean }): Promise<void> {
    await withProgress(`${name}: starting`, this.#onProgress, async () => {
      const { cniPlugins, snapshotter } = artifacts;
      const kube = await this.#linkIntoRun(artifacts.kube);
      const config = await writeNodeConfig(this.#layout, { name, kube, cniPlugins, snapshotter });
      if (options.fresh) await copyImageStore(artifacts.imageStore, this.#layout.node(name).containerd);
      await startNode(this.#layout, name, { kube, config });
      const target = this.#kubectl(artifacts.kubectl);
      if (name === 'node1') await this.#applyBasics(target);
      await this.#waitUntilReady(target, name);
    });
  }

  /** A running node starts its components from here, independent of the cache. */
  async #linkIntoRun(file: string): Promise<string> {
    const path = join(this.#layout.run, 'bin', basename(file));
    await mkdir(dirname(path), { recursive: true });
    await runCommand('ln', ['--force', file, path]).catch(() => runCommand('cp', ['--force', file, path]));
    return path;
  }

  async #applyBasics(target: KubectlTarget): Promise<void> {
    const nodeAddress = nodeNetwork.node1.address;
    const manifests = [
      await readManifest('rights'),
      await readManifest('node-services', {
        dnsService: network.dnsService,
        metricsPort: String(network.metricsPort),
        nodeAddress,
      }),
      await readManifest('ingress', {
        externalIps: JSON.stringify([nodeAddress]),
        ingressAddress: nodeAddress,
        traefikImage: traefikImageName,
      }),
    ];
    await waitFor('the API server', () => kubectl(target, 'get', '--raw', '/readyz'), {
      timeoutMs: readyTimeoutMs,
    });
    // Refused until the API server has created its first namespaces and roles.
    await waitFor(
      'the basic objects to be accepted',
      async () => {
        await applyManifests(target, manifests);
        return true;
      },
      {
        timeoutMs: 30_000,
        intervalMs: 250,
      },
    );
  }

  async #waitUntilReady(target: KubectlTarget, name: NodeName): Promise<void> {
    const ready = '{.status.conditions[?(@.type=="Ready")].status}';
    // A returning node is still Ready in the API until its absence is noticed: check the kubelet first.
    await waitFor(
      `${name} to be Ready`,
      async () => {
        await kubectl(target, 'get', '--raw', `/api/v1/nodes/${name}/proxy/healthz`);
        const status = await kubectl(target, 'get', 'node', name, '-o', `jsonpath=${ready}`);
        return status === 'True' ? true : undefined;
      },
      { timeoutMs: readyTimeoutMs },
    );
  }

  async #missing(wanted: readonly NodeName[]): Promise<readonly NodeName[]> {
    const state = await readState(this.#layout.stateFile);
    const missing: NodeName[] = [];
    for (const name of wanted) {
      const complete = state?.nodes.some((node) => node.name === name && node.complete) ?? false;
      if (!complete || !(await isNodeRunning(state, name))) missing.push(name);
    }
    // Without node1 there is no cluster for node2 to be in.
    return missing.includes('node1') ? wanted : missing;
  }

  async #removeEverything(): Promise<void> {
    await stopNode(this.#layout, 'node2');
    await stopNode(this.#layout, 'node1');
    await restoreMachine(this.#layout);
    await rm(this.#layout.run, { recursive: true, force: true });
  }

  /** Containerd cannot mount an overlay on an overlay (such as a container's disk). */
  async #snapshotter(): Promise<Snapshotter> {
    const directory = existsSync(this.#layout.run) ? this.#layout.run : this.#layout.repository;
    const type = (await runCommand('stat', ['--file-system', '--format=%T', directory])).stdout.trim();
    return type === 'overlayfs' ? 'native' : 'overlayfs';
  }

  #running(): RunningCluster {
    const imageValues = join(import.meta.dirname, '..', 'values-local-images.yaml');
    return {
      kubeconfig: this.#layout.kubeconfig,
      context: undefined,
      ingressUrl,
      ingressUrlInside,
      imageValues,
    };
  }

  #kubectl(program: string): KubectlTarget {
    return { program, kubeconfig: this.#layout.kubeconfig };
  }

  #exclusive<Result>(work: () => Promise<Result>): Promise<Result> {
    return exclusive(this.#layout.run, work, () =>
      this.#onProgress('another process is using the cluster, waiting …'),
    );
  }
}
