import { defaultLanes, type Lane } from '@caudal/common/lanes';
import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import { CLUSTER_OPTIONS, CLUSTER_USAGE, readClusterChoice } from '../../cluster-choice.ts';
import type { ClusterChoice, ReleaseDescription } from '../../workload.ts';
import type { LaneSystem } from '../lane-system.ts';
import { serversOf } from '../lanes.ts';
import { readSeedLoad } from './seed-load.ts';

const LINE: CommandLine<ClusterChoice> = commandLine({
  usage: `usage: npm run cluster -- [SYSTEM] [options]

Starts a Kubernetes cluster (kind with Docker, otherwise a node on this machine), builds the image, installs the chart,
posts 10,000 messages with a k6 Job through the ingress, prints the account, and forwards ports until Ctrl-C.
The cluster keeps running: npm run cluster:down removes it.

  --once              exit after the account: 0 when it is exact
  --messages N        messages to post (10000)
  --users N           concurrent virtual users (100)
  --seed TEXT         seed for the generated messages (1)
${CLUSTER_USAGE}`,
  options: {
    ...CLUSTER_OPTIONS,
    messages: { type: 'string' },
    users: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
  read: ({ values }) =>
    readClusterChoice(values, () => {
      const load = readSeedLoad(values);
      return { ...load, announcement: `${load.messages} messages by ${load.users} users` };
    }),
});

const INGEST = 'ingest';
const CONSOLE = 'console';

/** What is loaded and measured in a release. */
export const LOADED: Pick<ReleaseDescription, 'entry' | 'isMeasured'> = {
  entry: INGEST,
  isMeasured: (component) => component === INGEST || component.endsWith('-consumer'),
};

/** `npm run cluster` for a system of lanes: as a release of the chart. */
export const clusterLine = ({
  lanes,
  noun,
}: LaneSystem): CommandLine<ClusterChoice> & ReleaseDescription => ({
  ...LINE,
  values: valuesOf(lanes),
  ...LOADED,
  forwards: [
    { component: INGEST, port: 'http', wantedPort: 8080, title: 'ingest API', path: '/docs' },
    { component: CONSOLE, port: 'http', wantedPort: 8081, title: 'console', path: '/api/lanes' },
    { component: 'prometheus', port: '9090', wantedPort: 9090, title: 'Prometheus', path: '/' },
    { component: 'grafana', port: '3000', wantedPort: 3000, title: 'Grafana', path: '/' },
  ],
  suggestions({ name, namespace, context, ingressUrl, url }) {
    return [
      `npm run load -- ${noun}steady --rate 300 --duration 60s --base-url ${ingressUrl ?? url(INGEST)} --console-url ${url(CONSOLE)}`,
      `kubectl -n ${namespace} scale deploy/${name}-kafka-redis-consumer --replicas=3     while the load runs`,
      `kubectl -n ${namespace} delete pod ${name}-valkey-0                              its lane pauses, the other continues`,
      `npm run verify -- ${noun}--deep --namespace ${namespace}${name === 'caudal' ? '' : ` --release ${name}`}${context === undefined ? '' : ` --context ${context}`}`,
    ];
  },
});

/** Values of the chart that turn lanes on beside its own, and the servers that only they need. */
function valuesOf(lanes: readonly Lane[]): Readonly<Record<string, unknown>> {
  const usual = defaultLanes();
  const added = lanes.filter(({ name }) => usual.every((lane) => lane.name !== name));
  if (added.length === 0) return {};
  const servers = serversOf(added).filter((name) => !serversOf(usual).includes(name));
  return {
    lanes: Object.fromEntries(added.map(({ name, broker, store }) => [name, { broker, store }])),
    ...Object.fromEntries(servers.map((name) => [name, { enabled: true }])),
  };
}
