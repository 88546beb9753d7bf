import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import type { VerifyChoice } from '../../workload.ts';

/** `npm run verify -- orders`: the last load or another one, from the ledger and the witnesses. */
export const VERIFY: CommandLine<VerifyChoice> = commandLine({
  usage: `usage: npm run verify -- orders [options]

Reads the ledger of the last load, and what the database, the topic and the mailbox have since it began, and judges it
again. Exits with 0 when every accepted order went through its states once and in order, with one mail for each.

  --run ID            verify another load: the name of its folder in results
  --namespace NAME    a release in your Kubernetes cluster, through its API server; needs no port-forward
  --release NAME      its Helm release name (caudal)
  --context NAME      kubectl context (the current one)
  --self-test         instead, plant faults in a database, a topic and a mailbox of their own, and check that each is
                      reported correctly
`,
  options: {
    run: { type: 'string' },
    namespace: { type: 'string' },
    release: { type: 'string' },
    context: { type: 'string' },
    'self-test': { type: 'boolean', default: false },
  },
  read({ values }) {
    if (values['self-test']) return 'self-test';
    return async (context) => {
      // Only here: it loads the cluster's client.
      const { verifyOrders } = await import('../verify/verify-orders.ts');
      return verifyOrders(values, context);
    };
  },
});
