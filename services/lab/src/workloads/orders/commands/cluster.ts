import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import { CLUSTER_OPTIONS, CLUSTER_USAGE, readClusterChoice } from '../../cluster-choice.ts';
import type { ClusterChoice, ReleaseDescription } from '../../workload.ts';
import { API, MAILBOX, NOTIFIER, PROCESSOR, STEP_MS } from '../services.ts';
import { LOAD_OPTIONS, LOAD_USAGE, readOrdersLoad } from './orders-load.ts';

const LINE: CommandLine<ClusterChoice> = commandLine({
  usage: `usage: npm run cluster -- orders [options]

Starts a Kubernetes cluster (kind with Docker, otherwise a node on this machine), builds the image, installs the chart
with the shop, places 1,000 orders with a k6 Job, waits until each is finished and its mails have come, prints the
account, and forwards ports until Ctrl-C. The cluster keeps running: npm run cluster:down removes it.

  --once              exit after the account: 0 when it is exact
${LOAD_USAGE}${CLUSTER_USAGE}`,
  options: { ...CLUSTER_OPTIONS, ...LOAD_OPTIONS },
  read: ({ values }) => readClusterChoice(values, () => readOrdersLoad(values)),
});

/** `npm run cluster -- orders`: the shop as a part of a release. */
export const CLUSTER: CommandLine<ClusterChoice> & ReleaseDescription = {
  ...LINE,
  values: {
    orders: {
      enabled: true,
      stepMs: STEP_MS,
      mailbox: { enabled: true },
      // A load writes to few addresses: what a person is spared would only slow it down.
      notifier: { mailsPerRecipientPerMinute: 0 },
    },
    postgresql: { enabled: true },
  },
  entry: API,
  isMeasured: (component) => [API, PROCESSOR, NOTIFIER].includes(component),
  forwards: [
    { component: API, port: 'http', wantedPort: 8082, title: 'shop', path: '/' },
    { component: MAILBOX, port: 'http', wantedPort: 8083, title: 'mailbox', path: '/' },
    { component: 'prometheus', port: '9090', wantedPort: 9090, title: 'Prometheus', path: '/' },
    { component: 'grafana', port: '3000', wantedPort: 3000, title: 'Grafana', path: '/' },
  ],
  suggestions: ({ name, namespace, context, url }) => [
    `curl -i ${url(API)}/orders -H 'Content-Type: application/json' -d '{"row": 87, "email": "ana@example.com"}'`,
    `kubectl -n ${namespace} scale deploy/${name}-${PROCESSOR} --replicas=3`,
    `kubectl -n ${namespace} delete pod ${name}-postgresql-0     orders are still accepted; timers wait`,
    `npm run verify -- orders --namespace ${namespace}${name === 'caudal' ? '' : ` --release ${name}`}${context === undefined ? '' : ` --context ${context}`}`,
  ],
};
