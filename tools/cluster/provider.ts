/** Access data of a running cluster. */
export interface RunningCluster {
  readonly kubeconfig: string;
  /** URL of the ingress from this machine, without a trailing slash; undefined if unknown. */
  readonly ingressUrl: string | undefined;
  /** URL of the same ingress from within pods. */
  readonly ingressUrlInside: string | undefined;
  /** Context of the kubeconfig; undefined for the current one. */
  readonly context: string | undefined;
  /** Helm values with this cluster's images; undefined if the official ones are pulled. */
  readonly imageValues: string | undefined;
}

/** Manages a cluster. */
export interface ClusterProvider {
  readonly name: 'local' | 'kind' | 'context';
  /** Starts the cluster unless it is up. Idempotent. */
  up(nodes: number): Promise<RunningCluster>;
  /** Removes only what `up` created. */
  down(): Promise<void>;
  /** Status lines. Does not throw when the cluster is down. */
  status(): Promise<readonly string[]>;
  /**
   * Builds the project's image from the Dockerfile and loads it onto all nodes; resolves with a name that changes with its
   * content, or undefined if there is nothing to build.
   */
  loadImages(): Promise<string | undefined>;
  /** Path of the kubeconfig. @throws Error when the cluster is not up. */
  kubeconfig(): Promise<string>;
}
