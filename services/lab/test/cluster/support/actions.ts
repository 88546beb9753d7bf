import { eventually } from '@caudal/common/testing';
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import type { ClusterConnection } from '../../../src/cluster/connection.ts';
import { isReady } from '../../../src/cluster/release.ts';
import type { StartedRelease } from '../../../src/cluster/start-release.ts';

/** Brokers that lose their quorum while they stop use all of their grace period, 120 s in `ha`. */
const REMOVAL_TIMEOUT_MS = 360_000;

const MERGE_PATCH = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

/**
 * Deletes a namespace with all that is in it, where there is one. Resolves when it is gone, or at once in
 * `npm run test:cluster`, which continues meanwhile and asserts at its end that every one is gone.
 */
export async function removeNamespace({ core }: ClusterConnection, name: string): Promise<void> {
  const find = () => core.listNamespace({ fieldSelector: `metadata.name=${name}` });
  if ((await find()).items.length > 0) await core.deleteNamespace({ name });
  if (process.env.CAUDAL_TEST_CLUSTER === 'prepared') return;
  await eventually(find, ({ items }) => items.length === 0, {
    timeoutMs: REMOVAL_TIMEOUT_MS,
    pastErrors: true,
  });
}

/** What `kubectl scale` does. */
export async function scale(
  { cluster, release }: StartedRelease,
  component: string,
  replicas: number,
): Promise<void> {
  await cluster.apps.patchNamespacedDeploymentScale(
    { name: release.nameOf(component), namespace: release.namespace, body: { spec: { replicas } } },
    MERGE_PATCH,
  );
}

/** What `kubectl rollout restart` does; resolves when every pod is a new one and ready. */
export async function roll(started: StartedRelease, component: string): Promise<void> {
  const { cluster, release } = started;
  const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() };
  await cluster.apps.patchNamespacedDeployment(
    {
      name: release.nameOf(component),
      namespace: release.namespace,
      body: { spec: { template: { metadata: { annotations } } } },
    },
    MERGE_PATCH,
  );
  await untilRolledOut(started, component);
}

/** Waits until a Deployment runs what it should, and nothing else. */
export async function untilRolledOut({ release }: StartedRelease, component: string): Promise<void> {
  await eventually(
    () => release.deployment(component),
    ({ metadata, spec, status }) =>
      status?.observedGeneration === metadata?.generation &&
      status?.updatedReplicas === spec?.replicas &&
      status?.readyReplicas === spec?.replicas &&
      status?.replicas === spec?.replicas,
    { pastErrors: true },
  );
}

/** Deletes a component's first pod; resolves when as many pods as before are ready again, none of them that one. */
export async function deletePod(
  { cluster, release }: StartedRelease,
  component: string,
  options: { readonly graceSeconds?: number; readonly pod?: string } = {},
): Promise<void> {
  const before = await release.pods(component);
  const victim = before.find(({ metadata }) => options.pod === undefined || metadata?.name === options.pod);
  if (!victim?.metadata?.name) throw new Error(`${component} has no pod ${options.pod ?? ''}`);
  await cluster.core.deleteNamespacedPod({
    name: victim.metadata.name,
    namespace: release.namespace,
    ...(options.graceSeconds !== undefined && { gracePeriodSeconds: options.graceSeconds }),
  });
  await eventually(
    () => release.pods(component),
    (pods) =>
      pods.filter(isReady).length >= before.length &&
      pods.every(({ metadata }) => metadata?.uid !== victim.metadata?.uid),
    { pastErrors: true },
  );
}

/** The value of a PromQL query to the release's own Prometheus, by the label that is named. */
export async function query(
  { release }: StartedRelease,
  expression: string,
  label = 'pod',
): Promise<ReadonlyMap<string, number>> {
  const path = `${release.apiPath('prometheus')}/api/v1/query?query=${encodeURIComponent(expression)}`;
  const response = await release.fetch(path);
  const body = (await response.json()) as {
    readonly data: {
      readonly result: readonly {
        readonly metric: Record<string, string>;
        readonly value: [number, string];
      }[];
    };
  };
  return new Map(body.data.result.map(({ metric, value }) => [metric[label] ?? '', Number(value[1])]));
}
