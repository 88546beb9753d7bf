import { join } from 'node:path';

export type NodeName = 'node1' | 'node2';

/** Paths of the running cluster; build results are in the cache of tools/lib. */
export interface ClusterLayout {
  readonly repository: string;
  /** Data, logs, keys and state of the running cluster; removed by `down`. */
  readonly run: string;
  readonly kubeconfig: string;
  readonly stateFile: string;
  readonly pki: string;
  readonly volumes: string;
  node(name: NodeName): NodeLayout;
}

export interface NodeLayout {
  readonly name: NodeName;
  readonly root: string;
  readonly config: string;
  readonly logs: string;
  readonly containerd: string;
  readonly kubelet: string;
  readonly podLogs: string;
}

/** Returns the layout for a checkout without creating anything. */
export function clusterLayout(repository: string): ClusterLayout {
  const run = join(repository, '.caudal', 'cluster');
  return {
    repository,
    run,
    kubeconfig: join(run, 'kubeconfig'),
    stateFile: join(run, 'state.json'),
    pki: join(run, 'pki'),
    volumes: join(run, 'volumes'),
    node: (name) => {
      const root = join(run, name);
      return {
        name,
        root,
        config: join(root, 'config'),
        logs: join(root, 'logs'),
        containerd: join(root, 'containerd'),
        kubelet: join(root, 'kubelet'),
        podLogs: join(root, 'pod-logs'),
      };
    },
  };
}
