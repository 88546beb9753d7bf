import { eventually } from '@caudal/common/testing';
import type { V1Pod } from '@kubernetes/client-node';
import { isReady } from '../../../src/cluster/release.ts';
import type { StartedRelease } from '../../../src/cluster/start-release.ts';

/** Kills the first process of the container that is named, and with it all others there; fails where there is none. */
const KILL = `
for process in /proc/[0-9]*; do
  grep -q "$1" "$process/cgroup" 2> /dev/null || continue
  grep -q '^NSpid:.*[[:space:]]1$' "$process/status" || continue
  kill -KILL "\${process#/proc/}" && exit
done
echo "no process of container $1" >&2
exit 1
`;

/** A namespace that may have pods of any kind. */
const NAMESPACE = 'kube-system';

/**
 * Kills the only container of a component's pod, of its first one unless it is named, by SIGKILL from its node, as the kernel does when memory is short; a pod that is
 * deleted, even at once, is asked to end first. Resolves when the same pod is ready again, by a container that was started for it.
 */
export async function killContainer(
  { cluster, release }: StartedRelease,
  component: string,
  pod?: string,
): Promise<void> {
  const victim = (await release.pods(component)).find(
    ({ metadata }) => pod === undefined || metadata?.name === pod,
  );
  const container = victim?.status?.containerStatuses?.[0];
  const id = container?.containerID?.split('//')[1];
  if (!victim || !container || !id)
    throw new Error(`${component} has no pod ${pod ?? ''} with a container that runs`);
  const { metadata } = await cluster.core.createNamespacedPod({
    namespace: NAMESPACE,
    body: killerOf(id, victim.spec?.nodeName ?? ''),
  });
  const killer = { namespace: NAMESPACE, name: metadata?.name ?? '' };
  try {
    const { status } = await eventually(
      () => cluster.core.readNamespacedPod(killer),
      ({ status: now }) => now?.phase === 'Succeeded' || now?.phase === 'Failed',
      { pastErrors: true },
    );
    if (status?.phase === 'Failed')
      throw new Error(`${component}: ${await cluster.core.readNamespacedPodLog(killer)}`);
  } finally {
    await cluster.core.deleteNamespacedPod({ ...killer, gracePeriodSeconds: 0 });
  }
  await eventually(
    () => release.pods(component),
    (pods) =>
      pods.some(
        (now) =>
          now.metadata?.uid === victim.metadata?.uid &&
          isReady(now) &&
          (now.status?.containerStatuses?.[0]?.restartCount ?? 0) > container.restartCount,
      ),
    { pastErrors: true, what: `${component} to be ready after SIGKILL` },
  );
}

function killerOf(container: string, nodeName: string): V1Pod {
  return {
    metadata: { generateName: 'caudal-test-kill-' },
    spec: {
      nodeName,
      hostPID: true,
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'kill',
          image: 'node:24-slim',
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '-c', KILL, 'kill', container],
          securityContext: { privileged: true, runAsUser: 0 },
        },
      ],
    },
  };
}
