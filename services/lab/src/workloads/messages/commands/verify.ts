import { STORES } from '@caudal/common/stores';
import { UsageError } from '../../../cli/arguments.ts';
import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import type { VerifyChoice } from '../../workload.ts';
import type { LaneStore } from '../verify/lane-store.ts';

/** `npm run verify -- messages`: the last load or another one, by counts or key by key. */
export const VERIFY: CommandLine<VerifyChoice> = commandLine({
  usage: `usage: npm run verify -- [SYSTEM] [options]

Waits until all lanes are drained, then compares the messages accepted in the last load with every store, per country.
Exits with 0 when the account is exact.

  --account FILE      verify another load: account.json from results/<id>, or one written by k6
  --console-url URL   another deployment's console
  --namespace NAME    a release in your Kubernetes cluster, through its API server; needs no port-forward
  --release NAME      its Helm release name (caudal)
  --context NAME      kubectl context (the current one)
  --all               show every country
  --deep              also look up every message of the load in every store with an independent client: finds errors
                      that counts cannot show, and lists missing keys and rows
  --store LANE=URL    a lane's store, for --deep elsewhere; may be repeated. Not needed with --namespace
  --key-prefix TEXT   prefix of all keys in those stores
  --api-key KEY       API key used for the load (with --deep)
  --self-test         instead, plant faults in scratch keys or schemas of the real stores, and check that each is
                      reported correctly
`,
  options: {
    account: { type: 'string' },
    'console-url': { type: 'string' },
    namespace: { type: 'string' },
    release: { type: 'string' },
    context: { type: 'string' },
    all: { type: 'boolean', default: false },
    deep: { type: 'boolean', default: false },
    store: { type: 'string', multiple: true, default: [] },
    'key-prefix': { type: 'string', default: '' },
    'api-key': { type: 'string' },
    'self-test': { type: 'boolean', default: false },
  },
  read({ values }) {
    const stores = values.store.map((text) => readStore(text, values['key-prefix']));
    if (values['self-test']) return 'self-test';
    return async (context) => {
      // Only here: it loads the cluster's client.
      const { verifyMessages } = await import('../verify/verify-messages.ts');
      return verifyMessages({ ...values, stores }, context);
    };
  },
});

/** `kafka-redis=redis://host:6379`. @throws UsageError */
function readStore(text: string, keyPrefix: string): LaneStore {
  const match = /^([a-z][a-z0-9-]*)=([a-z]+:\/\/\S+)$/.exec(text);
  const schemes = Object.values(STORES).flatMap(({ urlSchemes }) => urlSchemes);
  if (match === null || !schemes.some((scheme) => match[2]?.startsWith(`${scheme}://`))) {
    throw new UsageError(
      `--store: use LANE=URL, such as kafka-redis=redis://127.0.0.1:6379; URLs begin with ${[...new Set(schemes)].join(', ')}`,
    );
  }
  return { lane: match[1] as string, url: match[2] as string, keyPrefix };
}
