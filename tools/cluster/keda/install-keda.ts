import { parseAllDocuments, stringify } from 'yaml';
import { type OnProgress, withProgress } from '../../lib/progress.ts';
import { applyManifests, type KubectlTarget, kubectl } from '../kubectl.ts';
import type { Keda } from './ensure-keda.ts';

const namespace = 'keda';
const deployments = ['deployment/keda-operator', 'deployment/keda-metrics-apiserver'];
const apiService = 'apiservice/v1beta1.external.metrics.k8s.io';
const timeout = '--timeout=240s';

/** Installs KEDA as it ships, in namespace `keda`; resolves when it serves metrics. Its images must be there. */
export async function installKeda(keda: Keda, target: KubectlTarget, onProgress: OnProgress): Promise<void> {
  await withProgress(`KEDA ${keda.version}: installing`, onProgress, async () => {
    const objects = await kubectl(target, 'kustomize', keda.directory);
    // An API that is announced and does not answer holds up the end of every namespace, so it comes last.
    const { last, rest } = apart(objects);
    await applyManifests(target, [rest]);
    for (const name of deployments) {
      await kubectl(target, 'rollout', 'status', name, `--namespace=${namespace}`, timeout);
    }
    await applyManifests(target, [last]);
    await kubectl(target, 'wait', '--for=condition=Available', apiService, timeout);
  });
}

/** Removes KEDA with its definitions and every ScaledObject there is; what they scaled keeps its replicas. */
export async function removeKeda(keda: Keda, target: KubectlTarget): Promise<void> {
  const gone = ['--ignore-not-found', timeout];
  await kubectl(target, 'delete', apiService, ...gone);
  // While the operator runs: its objects end by its hand.
  await kubectl(target, 'delete', 'crd', '--selector=app.kubernetes.io/part-of=keda-operator', ...gone);
  await kubectl(target, 'delete', '--kustomize', keda.directory, ...gone);
}

function apart(objects: string): { readonly last: string; readonly rest: string } {
  const all = parseAllDocuments(objects).map((document) => document.toJS() as { readonly kind: string });
  const write = (chosen: typeof all): string => chosen.map((object) => stringify(object)).join('---\n');
  const isLast = ({ kind }: (typeof all)[number]): boolean => kind === 'APIService';
  return { last: write(all.filter(isLast)), rest: write(all.filter((object) => !isLast(object))) };
}
