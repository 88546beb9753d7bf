import { type RequestOptions, request } from 'node:https';
import { Writable } from 'node:stream';
import {
  AppsV1Api,
  BatchV1Api,
  CoreV1Api,
  Exec,
  KubeConfig,
  KubernetesObjectApi,
  PolicyV1Api,
} from '@kubernetes/client-node';
import { ExpectedError } from '../cli/run-command-line.ts';
import type { Fetch } from '../load/fetch.ts';

/** Clients of a cluster's API. */
export interface ClusterConnection {
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly batch: BatchV1Api;
  readonly policy: PolicyV1Api;
  /** Objects of any kind. */
  readonly objects: KubernetesObjectApi;
  /** Requests a path of the API server, such as the proxy to a pod, with the kubeconfig's permissions. */
  readonly fetch: Fetch;
  /** Runs a command in a container of a pod. */
  exec(pod: PodContainer, command: readonly string[]): Promise<CommandResult>;
}

/** A running container. */
export interface PodContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** Result of a command in a container. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly succeeded: boolean;
}

const TIMEOUT_MS = 30_000;

/**
 * Connects to a kubeconfig's cluster, in the current context or the named one.
 * @throws ExpectedError when the kubeconfig has no such context
 */
export function connectToCluster(kubeconfig: string, context?: string): ClusterConnection {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  if (!config.getCurrentCluster())
    throw new ExpectedError(
      `${kubeconfig} has no cluster for the context ${context ?? config.getCurrentContext()}: see kubectl config get-contexts`,
    );
  return {
    core: config.makeApiClient(CoreV1Api),
    apps: config.makeApiClient(AppsV1Api),
    batch: config.makeApiClient(BatchV1Api),
    policy: config.makeApiClient(PolicyV1Api),
    objects: KubernetesObjectApi.makeApiClient(config),
    exec: (pod, command) => execInPod(new Exec(config), pod, command),
    fetch: (path, init) => fetchFromApiServer(config, path, init),
  };
}

/** The global `fetch` does not support client certificates. */
async function fetchFromApiServer(
  config: KubeConfig,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  const url = new URL(path, config.getCurrentCluster()?.server);
  const options: RequestOptions = {
    method: init.method ?? 'GET',
    headers: Object.fromEntries(new Headers(init.headers)),
    signal: init.signal ?? AbortSignal.timeout(TIMEOUT_MS),
  };
  await config.applyToHTTPSOptions(options);
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve(new Response(Buffer.concat(chunks), { status: incoming.statusCode ?? 0 })),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(typeof init.body === 'string' ? init.body : undefined);
  });
}

async function execInPod(
  exec: Exec,
  { namespace, pod, container }: PodContainer,
  command: readonly string[],
): Promise<CommandResult> {
  const output = { stdout: '', stderr: '' };
  const into = (name: keyof typeof output): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        output[name] += chunk.toString();
        done();
      },
    });
  const status = await new Promise<{ readonly status?: string }>((resolve, reject) => {
    exec
      .exec(namespace, pod, container, [...command], into('stdout'), into('stderr'), null, false, resolve)
      .then((socket) => {
        socket.onerror = () => reject(new Error(`connection to ${pod} failed`));
        // Without a status before it, the container is gone.
        socket.onclose = () => reject(new Error(`connection to ${pod} closed without a status`));
      }, reject);
  });
  return { ...output, succeeded: status.status === 'Success' };
}
