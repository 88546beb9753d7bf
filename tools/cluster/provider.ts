/** A cluster that is up, as programs need it. */
export interface RunningCluster {
  readonly kubeconfig: string;
  /** Where the ingress answers from this machine, without a trailing slash; undefined where the tool does not know. */
  readonly ingressUrl: string | undefined;
  /** The same ingress as pods reach it. */
  readonly ingressUrlInside: string | undefined;
  /** Context of the kubeconfig; undefined for the current one. */
  readonly context: string | undefined;
  /** Helm values that name the images of this cluster; undefined where the official ones are pulled. */
  readonly imageValues: string | undefined;
}

/** How a person gets a cluster. */
export interface ClusterProvider {
  readonly name: 'local' | 'kind' | 'context';
  /** Brings the cluster up, or finds that it is; may be called again at any time. */
  up(nodes: number): Promise<RunningCluster>;
  /** Takes away what `up` made and nothing else. */
  down(): Promise<void>;
  /** Lines for a person. Never throws because the cluster is down. */
  status(): Promise<readonly string[]>;
  /**
   * Builds the project's image where the Dockerfile is and makes it known to every node; resolves with a name that
   * changes with its content, or undefined where there is nothing to build.
   */
  loadImages(): Promise<string | undefined>;
  /** Path of the kubeconfig. @throws Error when the cluster is not up. */
  kubeconfig(): Promise<string>;
}
