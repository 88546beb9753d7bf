import { relative } from 'node:path';
import type { RunningCluster } from '../../../../tools/cluster/provider.ts';
import { ROOT } from '../cli/paths.ts';
import type { PortForward } from '../cluster/port-forward.ts';
import type { StartedRelease } from '../cluster/start-release.ts';
import type { ReleaseDescription } from '../workloads/workload.ts';

const TITLE_WIDTH = 12;

/** Formats the cluster's URLs and suggested next steps. */
export function nextSteps(options: {
  readonly description: ReleaseDescription;
  readonly running: RunningCluster;
  readonly started: StartedRelease;
  readonly forwards: readonly PortForward[];
}): string {
  const { description, running, started, forwards } = options;
  const { name, namespace } = started.release;
  const urls = forwards.map(({ component, url }) => {
    const { title = component, path = '/' } =
      description.forwards.find((forward) => forward.component === component) ?? {};
    return `  ${title.padEnd(TITLE_WIDTH)} ${url}${path}`;
  });
  const suggestions = description.suggestions({
    name,
    namespace,
    context: running.context,
    ingressUrl: running.ingressUrl,
    url: (component) => forwards.find((forward) => forward.component === component)?.url ?? '',
  });
  return `
It is up; these ports lead into the cluster until Ctrl-C:

${urls.join('\n')}
${running.ingressUrl === undefined ? '' : `  ${'ingress'.padEnd(TITLE_WIDTH)} ${running.ingressUrl}\n`}
Try in another terminal:

  export KUBECONFIG=${relative(process.cwd(), running.kubeconfig).startsWith('..') ? running.kubeconfig : `$PWD/${relative(ROOT, running.kubeconfig)}`}
  alias kubectl=${started.kubectl}
  kubectl -n ${namespace} get pods
${suggestions.map((line) => `  ${line}`).join('\n')}

`;
}
