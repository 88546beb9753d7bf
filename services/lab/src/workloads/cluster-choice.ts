import { type OptionConfig, oneOf, wholeNumber } from '../cli/arguments.ts';
import type { AnnouncedLoad, ClusterChoice } from './workload.ts';

const PRESETS = ['default', 'minimal', 'ha'] as const;
const PROVIDERS = ['auto', 'kind', 'local'] as const;

const TEXT = { type: 'string' } as const;
const FLAG = { type: 'boolean', default: false } as const;

/** Options of `npm run cluster` that every system has. */
export const CLUSTER_OPTIONS = {
  once: FLAG,
  'no-load': FLAG,
  preset: { ...TEXT, default: 'default' },
  values: { ...TEXT, multiple: true as const, default: [] as string[] },
  release: { ...TEXT, default: 'caudal' },
  namespace: { ...TEXT, default: 'caudal' },
  nodes: TEXT,
  provider: { ...TEXT, default: 'auto' },
  context: TEXT,
} satisfies OptionConfig;

/** Lines of a usage for them, after those of the load. */
export const CLUSTER_USAGE = `  --no-load           install only
  --preset NAME       chart preset: default, minimal or ha (default)
  --values FILE       additional chart values; may be repeated
  --release NAME      Helm release name (caudal)
  --namespace NAME    Kubernetes namespace (caudal)
  --nodes N           number of nodes, 1 or 2 (1)
  --provider NAME     cluster provider: auto, kind or local (auto)
  --context NAME      use your own cluster by kubectl context ('current' for the current one); needs --values
                      with an image that the cluster can pull
`;

/** Values of {@link CLUSTER_OPTIONS}. */
export interface ClusterValues {
  readonly once: boolean;
  readonly 'no-load': boolean;
  readonly preset: string;
  readonly values: readonly string[];
  readonly release: string;
  readonly namespace: string;
  readonly nodes?: string | undefined;
  readonly provider: string;
  readonly context?: string | undefined;
}

/** Reads the choice. @param load what is loaded without `--no-load` @throws UsageError */
export function readClusterChoice(values: ClusterValues, load: () => AnnouncedLoad): ClusterChoice {
  return {
    once: values.once,
    provider: oneOf('provider', values.provider, PROVIDERS),
    context: values.context,
    nodes: wholeNumber('nodes', values.nodes, { min: 1, max: 2, fallback: 1 }),
    name: values.release,
    namespace: values.namespace,
    preset: oneOf('preset', values.preset, PRESETS),
    valuesFiles: values.values,
    load: values['no-load'] ? undefined : load(),
  };
}
