import type { KubernetesObject } from '@kubernetes/client-node';
import type { ClusterConnection } from '../../../src/cluster/connection.ts';

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** Objects that Kubernetes creates and removes on its own. */
const UNCOUNTED = new Set(['Event', 'PodMetrics']);

/** Every object of a namespace, of whatever kinds the cluster has, with its kind; all, or those with these labels. */
export async function listObjects(
  { fetch }: ClusterConnection,
  namespace: string,
  labelSelector = '',
): Promise<readonly KubernetesObject[]> {
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(path);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const { groups } = await get<{ groups: { preferredVersion: { groupVersion: string } }[] }>('/apis');
  const roots = [
    '/api/v1',
    ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`),
  ];
  const found = await Promise.all(
    roots.map(async (root) => {
      const { resources } = await get<{ resources: readonly Resource[] }>(root);
      const listable = resources.filter(
        ({ name, kind, namespaced, verbs }) =>
          namespaced && verbs.includes('list') && !name.includes('/') && !UNCOUNTED.has(kind),
      );
      const lists = await Promise.all(
        listable.map(async ({ name, kind }) => {
          const query = new URLSearchParams({ labelSelector });
          const { items } = await get<{ items: readonly KubernetesObject[] }>(
            `${root}/namespaces/${namespace}/${name}?${query}`,
          );
          return items.map((item) => ({ ...item, kind }));
        }),
      );
      return lists.flat();
    }),
  );
  return found.flat();
}

/** `Kind name` of objects, sorted. */
export function nameObjects(objects: readonly KubernetesObject[]): readonly string[] {
  return objects.map(({ kind, metadata }) => `${kind} ${metadata?.name}`).sort();
}
