import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type KubernetesObject,
  loadAllYaml,
  type V1Job,
  type V1OwnerReference,
} from '@kubernetes/client-node';
import { ExpectedError } from '../cli/run-command-line.ts';
import type { StartLoad } from '../load/run-k6.ts';
import type { ClusterConnection } from './connection.ts';
import type { ChartRelease, Helm } from './helm.ts';

/** A load test run by the chart's Job. */
export interface JobLoadOptions {
  readonly cluster: ClusterConnection;
  readonly helm: Helm;
  readonly release: ChartRelease;
  readonly scenario: string;
  /** URL as pods reach it. */
  readonly baseUrl: string;
  /** Variables of load-tests/README.md. */
  readonly variables: Readonly<Record<string, string>>;
  /** Directory for the Job's log and account; both stay in the cluster as well. */
  readonly logFile: string;
  readonly accountFile: string;
}

const TEMPLATE = 'templates/loadtest/loadtest.yaml';
const POLL_INTERVAL_MS = 500;
const KEPT_SECONDS = 86_400;
/** Precedes the last line of the Job's log. */
const ACCOUNT_MARK = 'ACCOUNT ';

/** Sends k6 the signal of Ctrl-C with shell builtins: images differ in the tools they contain. */
const END_K6 =
  'for at in /proc/[0-9]*; do read -r name < $at/comm; [ "$name" = k6 ] && kill -INT $(basename "$at"); done; true';

/**
 * Runs k6 as a Job, any number of times between upgrades. The Job is kept for a day and is deleted with the release.
 */
export function jobLoad(options: JobLoadOptions): StartLoad {
  return async <Account>(signal: AbortSignal | undefined) => {
    signal?.throwIfAborted();
    const job = await createJob(options);
    return {
      done: untilOver<Account>(options, job, signal),
      logFile: options.logFile,
      // k6 reports its progress only in its log.
      counter: () => Promise.resolve(0),
    };
  };
}

async function createJob(
  options: JobLoadOptions,
): Promise<{ readonly name: string; readonly namespace: string }> {
  const { cluster, helm, release, scenario, baseUrl, variables } = options;
  const loadtest = {
    ...(release.values.loadtest as object | undefined),
    enabled: true,
    scenario,
    baseUrl,
    env: variables,
    ttlSeconds: KEPT_SECONDS,
  };
  const rendered = await helm.template({ ...release, values: { ...release.values, loadtest } }, TEMPLATE);
  const objects = loadAllYaml(rendered) as KubernetesObject[];
  const job = objects.find((object): object is V1Job => object.kind === 'Job');
  const scripts = objects.find(({ kind }) => kind === 'ConfigMap');
  if (!job?.metadata?.name || !scripts?.metadata?.name)
    throw new Error(`${TEMPLATE} renders no Job or no ConfigMap`);
  const { namespace } = release;
  const id = randomBytes(3).toString('hex');
  const owner = await ownerIn(options, job.spec?.template.spec?.serviceAccountName);
  for (const object of [job, scripts]) {
    const metadata = object.metadata ?? {};
    object.metadata = {
      ...metadata,
      namespace,
      name: `${metadata.name}-${id}`,
      labels: { ...metadata.labels, 'app.kubernetes.io/managed-by': 'caudal-lab' },
      ...(owner && { ownerReferences: [owner] }),
    };
  }
  for (const { configMap } of job.spec?.template.spec?.volumes ?? []) {
    if (configMap) configMap.name = scripts.metadata.name;
  }
  await cluster.objects.create(scripts);
  await cluster.objects.create(job);
  return { name: job.metadata.name, namespace };
}

/** The release's service account; objects it owns are deleted with the release. */
async function ownerIn(
  { cluster, release }: JobLoadOptions,
  name: string | undefined,
): Promise<V1OwnerReference | undefined> {
  if (name === undefined) return undefined;
  const account = await cluster.core.readNamespacedServiceAccount({ namespace: release.namespace, name });
  const ours = account.metadata?.labels?.['app.kubernetes.io/instance'] === release.name;
  const uid = account.metadata?.uid;
  return ours && uid !== undefined ? { apiVersion: 'v1', kind: 'ServiceAccount', name, uid } : undefined;
}

async function untilOver<Account>(
  options: JobLoadOptions,
  job: { readonly name: string; readonly namespace: string },
  signal: AbortSignal | undefined,
): Promise<Account> {
  const { batch } = options.cluster;
  let isEnding = false;
  for (;;) {
    if (signal?.aborted && !isEnding) {
      isEnding = true;
      await endEarly(options.cluster, job);
    }
    const { status } = await batch.readNamespacedJobStatus(job);
    const over = status?.conditions?.find(
      (condition) =>
        (condition.type === 'Complete' || condition.type === 'Failed') && condition.status === 'True',
    );
    if (over !== undefined) return readAccount(options, job, over.message);
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
}

async function endEarly(
  cluster: ClusterConnection,
  job: { readonly name: string; readonly namespace: string },
): Promise<void> {
  const pod = await podOf(cluster, job);
  if (pod === undefined) return;
  const { namespace } = job;
  await cluster.exec({ namespace, pod, container: 'k6' }, ['sh', '-c', END_K6]);
}

async function podOf(
  { core }: ClusterConnection,
  { name, namespace }: { readonly name: string; readonly namespace: string },
): Promise<string | undefined> {
  const labelSelector = `batch.kubernetes.io/job-name=${name}`;
  return (await core.listNamespacedPod({ namespace, labelSelector })).items[0]?.metadata?.name;
}

async function readAccount<Account>(
  { cluster, logFile, accountFile }: JobLoadOptions,
  job: { readonly name: string; readonly namespace: string },
  message: string | undefined,
): Promise<Account> {
  const { name, namespace } = job;
  const pod = await podOf(cluster, job);
  const log = pod === undefined ? '' : await cluster.core.readNamespacedPodLog({ name: pod, namespace });
  await Promise.all([logFile, accountFile].map((file) => mkdir(dirname(file), { recursive: true })));
  await writeFile(logFile, log);
  const line = log.split('\n').findLast((text) => text.startsWith(ACCOUNT_MARK));
  if (line === undefined) {
    const tail = log.trimEnd().split('\n').slice(-15).join('\n');
    throw new ExpectedError(
      `job ${name} ended without an account (${message ?? 'no reason given'}):\n${tail}`,
    );
  }
  const account = JSON.parse(line.slice(ACCOUNT_MARK.length)) as Account;
  await writeFile(accountFile, `${JSON.stringify(account, null, 2)}\n`);
  return account;
}
