import type { V1Deployment, V1Pod } from '@kubernetes/client-node';
import type { Fetch } from '../load/fetch.ts';
import type { ClusterConnection } from './connection.ts';

const OPERATIONS_PORT = 9090;

/** A release of the chart as it runs in a cluster. Components are the chart's: `ingest`, `kafka-redis-consumer`, `kafka`, … */
export class Release {
  readonly name: string;
  readonly namespace: string;
  readonly #cluster: ClusterConnection;

  constructor(
    cluster: ClusterConnection,
    { name, namespace }: { readonly name: string; readonly namespace: string },
  ) {
    this.#cluster = cluster;
    this.name = name;
    this.namespace = namespace;
  }

  /** Name of a component's objects. */
  nameOf(component: string): string {
    return `${this.name}-${component}`;
  }

  /** Pods of a component, or of all components, that are not terminating. */
  async pods(component?: string): Promise<readonly V1Pod[]> {
    const selector = [`app.kubernetes.io/instance=${this.name}`];
    if (component !== undefined) selector.push(`app.kubernetes.io/component=${component}`);
    const { items } = await this.#cluster.core.listNamespacedPod({
      namespace: this.namespace,
      labelSelector: selector.join(','),
    });
    return items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  }

  deployment(component: string): Promise<V1Deployment> {
    return this.#cluster.apps.readNamespacedDeployment({
      namespace: this.namespace,
      name: this.nameOf(component),
    });
  }

  /** Sends a request to a path of the API server, such as {@link apiPath}. */
  get fetch(): Fetch {
    return this.#cluster.fetch;
  }

  /** API server path to a component's API. */
  apiPath(component: string): string {
    return `/api/v1/namespaces/${this.namespace}/services/${this.nameOf(component)}:http/proxy`;
  }

  /** API server paths to `/metrics` of the pods of the components that are `wanted`. */
  async metricsPaths(wanted: (component: string) => boolean): Promise<readonly string[]> {
    const pods = await this.pods();
    return pods.flatMap(({ metadata, status }) => {
      const component = metadata?.labels?.['app.kubernetes.io/component'] ?? '';
      return wanted(component) && status?.phase === 'Running'
        ? [`/api/v1/namespaces/${this.namespace}/pods/${metadata?.name}:${OPERATIONS_PORT}/proxy/metrics`]
        : [];
    });
  }
}

/** Whether a pod is ready. */
export function isReady(pod: V1Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}
