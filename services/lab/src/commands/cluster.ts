import { readOptions, UsageError, wholeNumber } from '../cli/arguments.ts';
import { runCommandLine } from '../cli/run-command-line.ts';
import { runOnCluster } from '../cluster/run-on-cluster.ts';

const USAGE = `usage: npm run cluster -- [options]

Brings a Kubernetes up (kind where Docker answers, else a node on this machine), builds the image, installs the chart,
posts 10,000 messages by a k6 Job through the ingress, shows the account, and keeps ports into the cluster open until
Ctrl-C. The cluster stays: npm run cluster:down takes it away.

  --once              end after the account, with its exit status (0: exact)
  --messages N        messages to post (10000)
  --users N           users that post them at once (100)
  --seed TEXT         another seed, other messages (1)
  --no-load           install only
  --preset NAME       default, minimal or ha
  --values FILE       more values for the chart; may be repeated
  --release NAME      name of the release (caudal)
  --namespace NAME    its namespace (caudal)
  --nodes N           1 or 2 nodes
  --provider NAME     auto, kind or local
  --context NAME      a cluster of yours, by its kubectl context ('current' is the current one); give --values that
                      name an image it can pull
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
  if (name === undefined) throw new UsageError(`--${option} ${text}: there are ${names.join(', ')}`);
  return name;
}
