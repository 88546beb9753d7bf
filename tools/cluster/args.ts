import { parseArgs } from 'node:util';

/** What a person can ask of the tool. */
export const clusterActions = ['up', 'down', 'status', 'load-images', 'kubeconfig'] as const;

export type ClusterAction = (typeof clusterActions)[number];

/** The tool's arguments, checked. */
export interface ClusterArguments {
  readonly action: ClusterAction;
  /** Nodes to run; 1 or 2. */
  readonly nodes: number;
  /** Use this kubectl context and make no node; `current` is the one that kubectl uses now. */
  readonly context: string | undefined;
  /** Where the cluster comes from; `auto` takes kind where a Docker engine answers, else a node on this machine. */
  readonly provider: 'auto' | 'kind' | 'local';
}

export const usage = `usage: tools/cluster/main.ts up|down|status|load-images|kubeconfig [options]

  up            a cluster with storage, ingress and metrics; nothing to do if it is already up
  down          take it away, with everything it left
  status        what runs, and where it answers
  load-images   build the project's image and put it onto the nodes
  kubeconfig    print the path of the kubeconfig

  --nodes N             1 (default) or 2
  --context NAME        use a cluster of yours; 'current' is kubectl's current context
  --provider NAME       auto (default), kind or local
`;

/**
 * Reads the command line.
 * @throws Error with a message for a person when something in it is unknown or out of range.
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
    throw new Error(`say one of ${clusterActions.join(', ')}, not '${positionals.join(' ')}'`);
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
