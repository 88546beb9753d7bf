import { parseArgs } from 'node:util';

/** Actions of the tool. */
export const clusterActions = ['up', 'down', 'status', 'load-images', 'kubeconfig'] as const;

export type ClusterAction = (typeof clusterActions)[number];

/** Validated arguments. */
export interface ClusterArguments {
  readonly action: ClusterAction;
  /** Number of nodes, 1 or 2. */
  readonly nodes: number;
  /** Existing kubectl context to use instead of creating nodes; `current` is kubectl's current one. */
  readonly context: string | undefined;
  /** Source of the cluster; `auto` uses kind if a Docker engine answers, otherwise a node on this machine. */
  readonly provider: 'auto' | 'kind' | 'local';
}

export const usage = `usage: tools/cluster/main.ts up|down|status|load-images|kubeconfig [options]

  up            start a cluster with storage, ingress and metrics, unless already up
  down          remove the cluster and its data
  status        show the state and addresses of the cluster
  load-images   build the project's image and load it onto the nodes
  kubeconfig    print the path of the kubeconfig

  --nodes N             number of nodes, 1 or 2 (1)
  --context NAME        use your own cluster; 'current' is kubectl's current context
  --provider NAME       auto, kind or local (auto)
`;

/**
 * Parses the command line.
 * @throws Error for an unknown or out-of-range value.
 */
export function parseClusterArguments(argv: readonly string[]): ClusterArguments {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      nodes: { type: 'string', default: '1' },
      context: { type: 'string' },
      provider: { type: 'string', default: 'auto' },
    },
  });
  const [action, ...rest] = positionals;
  const known = clusterActions.find((candidate) => candidate === action);
  if (known === undefined || rest.length > 0) {
    throw new Error(`action must be one of ${clusterActions.join(', ')}, not '${positionals.join(' ')}'`);
  }
  const nodes = Number(values.nodes);
  if (nodes !== 1 && nodes !== 2) throw new Error(`--nodes must be 1 or 2, not '${values.nodes}'`);
  const provider = values.provider;
  if (provider !== 'auto' && provider !== 'kind' && provider !== 'local') {
    throw new Error(`--provider must be auto, kind or local, not '${provider}'`);
  }
  if (values.context === '') throw new Error("--context needs a name, or 'current'");
  return { action: known, nodes, context: values.context, provider };
}
