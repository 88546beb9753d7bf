import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import { CLUSTER_OPTIONS, CLUSTER_USAGE, readClusterChoice } from '../../cluster-choice.ts';
import type { ClusterChoice, ReleaseDescription } from '../../workload.ts';
import { API, REPLICAS } from '../services.ts';
import { LOAD_OPTIONS, LOAD_USAGE, readFilmsLoad } from './films-load.ts';

const LINE: CommandLine<ClusterChoice> = commandLine({
  usage: `usage: npm run cluster -- films [options]

Starts a Kubernetes cluster (kind with Docker, otherwise a node on this machine), builds the image, installs the chart
with the films and two replicas, asks 20,000 questions with a k6 Job, compares every answer with the file of the films,
prints the account, and forwards ports until Ctrl-C. The cluster keeps running: npm run cluster:down removes it.

  --once              exit after the account: 0 when it is exact
${LOAD_USAGE}${CLUSTER_USAGE}`,
  options: { ...CLUSTER_OPTIONS, ...LOAD_OPTIONS },
  read: ({ values }) => readClusterChoice(values, () => readFilmsLoad(values)),
});

/** `npm run cluster -- films`: the films as a part of a release. */
export const CLUSTER: CommandLine<ClusterChoice> & ReleaseDescription = {
  ...LINE,
  values: {
    films: { enabled: true },
    postgresql: { enabled: true, readReplicas: REPLICAS.length },
  },
  entry: API,
  isMeasured: (component) => component === API,
  forwards: [
    { component: API, port: 'http', wantedPort: 8084, title: 'films', path: '/' },
    { component: 'prometheus', port: '9090', wantedPort: 9090, title: 'Prometheus', path: '/' },
    { component: 'grafana', port: '3000', wantedPort: 3000, title: 'Grafana', path: '/' },
  ],
  suggestions: ({ name, namespace, url }) => [
    `curl '${url(API)}/films?q=teh%20godfather'`,
    `kubectl -n ${namespace} get hpa -w                     while npm run load -- films ramp asks`,
    `kubectl -n ${namespace} delete pod ${name}-postgresql-replica-0   its reads go to the other replica`,
    `kubectl -n ${namespace} delete pod ${name}-postgresql-0           searches continue; imports wait`,
  ],
};
