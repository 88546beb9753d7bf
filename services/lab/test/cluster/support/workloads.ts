import assert from 'node:assert/strict';
import type { V1Deployment, V1ObjectMeta, V1Pod, V1StatefulSet } from '@kubernetes/client-node';
import { isReady } from '../../../src/cluster/release.ts';
import type { StartedRelease } from '../../../src/cluster/start-release.ts';

/** A Deployment or StatefulSet of a release. */
export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly component: string;
  readonly replicas: number;
  /** Those of its pods that have not ended and are not about to. */
  readonly pods: readonly V1Pod[];
}

/** Every Deployment and StatefulSet in a release's namespace, whoever put it there, with its pods; by component. */
export async function workloadsOf({ cluster, release }: StartedRelease): Promise<readonly Workload[]> {
  const { namespace } = release;
  const [deployments, statefulSets, pods] = await Promise.all([
    cluster.apps.listNamespacedDeployment({ namespace }),
    cluster.apps.listNamespacedStatefulSet({ namespace }),
    release.pods(),
  ]);
  const describe = (kind: Workload['kind'], { metadata, spec }: V1Deployment | V1StatefulSet): Workload => {
    const component = componentOf({ metadata });
    assert.ok(component, `${kind} ${metadata?.name} names its component`);
    const isAlive = ({ status }: V1Pod): boolean =>
      status?.phase === 'Pending' || status?.phase === 'Running';
    const own = pods.filter((pod) => componentOf(pod) === component && isAlive(pod));
    return { kind, component, replicas: spec?.replicas ?? 0, pods: own };
  };
  return [
    ...deployments.items.map((item) => describe('Deployment', item)),
    ...statefulSets.items.map((item) => describe('StatefulSet', item)),
  ].sort((a, b) => a.component.localeCompare(b.component));
}

/** Component of an object by its label; empty if it has none. */
export const componentOf = ({ metadata }: { readonly metadata?: V1ObjectMeta | undefined }): string =>
  metadata?.labels?.['app.kubernetes.io/component'] ?? '';

/** Whether a pod runs a program of this project, which is one for Node.js, as the name of its image says. */
export const runsCaudal = ({ spec }: V1Pod): boolean =>
  spec?.containers.some(({ image }) => /\/caudal(?:[:@]|$)/.test(image ?? '')) ?? false;

/** Whether a workload is a service of this project: one that listens. */
export const isService = ({ kind, pods }: Workload): boolean =>
  kind === 'Deployment' &&
  pods.some((pod) => runsCaudal(pod) && pod.spec?.containers.some(({ ports = [] }) => ports.length > 0));

/** Whether a workload has all its pods, each of them ready. */
export const isWhole = ({ pods, replicas }: Workload): boolean =>
  pods.length === replicas && pods.every(isReady);
