import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import type { Scaler } from './scaler.ts';

/** Where a pod finds its service account. */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** How the API server is reached; defaults are those of a pod. */
export interface KubernetesApi {
  readonly host: string;
  readonly port: number;
  readonly accountDirectory?: string;
  readonly timeoutMs: number;
}

const scaleSchema = z.object({ spec: z.object({ replicas: z.int().min(0).default(0) }) });
const statusSchema = z.object({ message: z.string() });

/**
 * Scales Deployments through their `scale` subresource, the only right it needs. Two requests are all it asks, so it
 * needs no client library.
 *
 * @param deployments names by lane
 */
export function createKubernetesScaler(
  api: KubernetesApi,
  namespace: string,
  deployments: Readonly<Record<string, string>>,
): Scaler {
  const { accountDirectory = ACCOUNT } = api;
  const ask = async (deployment: string, replicas?: number) => {
    // Read each time: the kubelet renews the token.
    const [token, ca] = await Promise.all([
      readFile(`${accountDirectory}/token`, 'utf8'),
      readFile(`${accountDirectory}/ca.crt`),
    ]);
    const body = replicas === undefined ? undefined : JSON.stringify({ spec: { replicas } });
    const path = `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/deployments/${encodeURIComponent(deployment)}/scale`;
    const { status, answer } = await send(api, ca, {
      method: body === undefined ? 'GET' : 'PATCH',
      path,
      headers: {
        Authorization: `Bearer ${token.trim()}`,
        Accept: 'application/json',
        ...(body !== undefined && { 'Content-Type': 'application/merge-patch+json' }),
      },
      body,
    });
    if (status >= 200 && status < 300) return scaleSchema.parse(answer).spec.replicas;
    throw new Error(
      `Kubernetes answered ${status}: ${statusSchema.safeParse(answer).data?.message ?? 'no reason'}`,
    );
  };
  return {
    lanes: Object.keys(deployments),
    async replicas() {
      const entries = Object.entries(deployments).map(
        async ([lane, name]) => [lane, await ask(name)] as const,
      );
      return Object.fromEntries(await Promise.all(entries));
    },
    async scale(lane, replicas) {
      await ask(deployments[lane] ?? '', replicas);
    },
  };
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

async function send(
  { host, port, timeoutMs }: KubernetesApi,
  ca: Buffer,
  { body, ...options }: Sent,
): Promise<{ readonly status: number; readonly answer: unknown }> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const sent = request({ host, port, ca, signal, ...options }, (response) => {
      json(response).then((answer) => resolve({ status: response.statusCode ?? 0, answer }), reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
