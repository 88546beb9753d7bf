import { relative } from 'node:path';
import type { RunningCluster } from '../../../../tools/cluster/provider.ts';
import { ROOT } from '../cli/paths.ts';
import type { PortForward } from './port-forward.ts';
import type { StartedRelease } from './start-release.ts';

const WHAT: Readonly<Record<string, { readonly title: string; readonly path: string }>> = {
  ingest: { title: 'ingest API', path: '/docs' },
  console: { title: 'console', path: '/api/lanes' },
  prometheus: { title: 'Prometheus', path: '/' },
  grafana: { title: 'Grafana', path: '/' },
};

/** Formats the cluster's URLs and suggested next steps. */
export function nextSteps(options: {
  readonly running: RunningCluster;
  readonly started: StartedRelease;
  readonly forwards: readonly PortForward[];
}): string {
  const { running, started, forwards } = options;
  const { name, namespace } = started.release;
  const urls = forwards.map(({ component, url }) => {
    const { title, path } = WHAT[component] ?? { title: component, path: '/' };
    return `  ${title.padEnd(12)} ${url}${path}`;
  });
  const ingest = running.ingressUrl ?? forwards.find(({ component }) => component === 'ingest')?.url ?? '';
  const console = forwards.find(({ component }) => component === 'console')?.url ?? '';
  return `
It is up; these ports lead into the cluster until Ctrl-C:

${urls.join('\n')}
${running.ingressUrl === undefined ? '' : `  ${'ingress'.padEnd(12)} ${running.ingressUrl}\n`}
Try in another terminal:

  export KUBECONFIG=${relative(process.cwd(), running.kubeconfig).startsWith('..') ? running.kubeconfig : `$PWD/${relative(ROOT, running.kubeconfig)}`}
  alias kubectl=${started.kubectl}
  kubectl -n ${namespace} get pods
  npm run load -- steady --rate 300 --duration 60s --base-url ${ingest} --console-url ${console}
  kubectl -n ${namespace} scale deploy/${name}-kafka-redis-consumer --replicas=3     while the load runs
  kubectl -n ${namespace} delete pod ${name}-valkey-0                              its lane pauses, the other continues
  npm run verify -- --deep --namespace ${namespace}${name === 'caudal' ? '' : ` --release ${name}`}${running.context === undefined ? '' : ` --context ${running.context}`}

`;
}
