import { readOptions, UsageError, wholeNumber } from '../cli/arguments.ts';
import { runCommandLine } from '../cli/run-command-line.ts';
import { runOnCluster } from '../cluster/run-on-cluster.ts';

const USAGE = `usage: npm run cluster -- [options]

Starts a Kubernetes cluster (kind with Docker, otherwise a node on this machine), builds the image, installs the chart,
posts 10,000 messages with a k6 Job through the ingress, prints the account, and forwards ports until Ctrl-C.
The cluster keeps running: npm run cluster:down removes it.

  --once              exit after the account: 0 when it is exact
  --messages N        messages to post (10000)
  --users N           concurrent virtual users (100)
  --seed TEXT         seed for the generated messages (1)
  --no-load           install only
  --preset NAME       chart preset: default, minimal or ha (default)
  --values FILE       additional chart values; may be repeated
  --release NAME      Helm release name (caudal)
  --namespace NAME    Kubernetes namespace (caudal)
  --nodes N           number of nodes, 1 or 2 (1)
  --provider NAME     cluster provider: auto, kind or local (auto)
  --context NAME      use your own cluster by kubectl context ('current' for the current one); needs --values
                      with an image that the cluster can pull
`;

const PRESETS = ['default', 'minimal', 'ha'] as const;
const PROVIDERS = ['auto', 'kind', 'local'] as const;

await runCommandLine(USAGE, (args) => {
  const { values } = readOptions(args, {
    once: { type: 'boolean', default: false },
    messages: { type: 'string' },
    users: { type: 'string' },
    seed: { type: 'string', default: '1' },
    'no-load': { type: 'boolean', default: false },
    preset: { type: 'string', default: 'default' },
    values: { type: 'string', multiple: true, default: [] },
    release: { type: 'string', default: 'caudal' },
    namespace: { type: 'string', default: 'caudal' },
    nodes: { type: 'string' },
    provider: { type: 'string', default: 'auto' },
    context: { type: 'string' },
  });
  return runOnCluster({
    once: values.once,
    provider: oneOf('provider', values.provider, PROVIDERS),
    context: values.context,
    nodes: wholeNumber('nodes', values.nodes, { min: 1, max: 2, fallback: 1 }),
    name: values.release,
    namespace: values.namespace,
    preset: oneOf('preset', values.preset, PRESETS),
    valuesFiles: values.values,
    load: values['no-load']
      ? undefined
      : {
          messages: wholeNumber('messages', values.messages, { min: 1, max: 100_000_000, fallback: 10_000 }),
          users: wholeNumber('users', values.users, { min: 1, max: 20_000, fallback: 100 }),
          seed: values.seed,
        },
  });
});

function oneOf<Name extends string>(option: string, text: string, names: readonly Name[]): Name {
  const name = names.find((candidate) => candidate === text);
  if (name === undefined) throw new UsageError(`--${option} ${text}: use ${names.join(', ')}`);
  return name;
}
