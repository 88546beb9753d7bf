import type { V1Pod } from '@kubernetes/client-node';
import type { StartedRelease } from '../../../src/cluster/start-release.ts';

/** Containers that ended and were started again, with why, or were killed for want of memory; none is good. */
export function restartsOf(pods: readonly V1Pod[]): readonly string[] {
  return pods.flatMap(({ metadata, status }) =>
    (status?.containerStatuses ?? []).flatMap(({ name, restartCount, state, lastState }) => {
      const ended = state?.terminated ?? lastState?.terminated;
      const killed = ended?.reason === 'OOMKilled';
      if (restartCount === 0 && !killed) return [];
      const why = ended ? `${ended.reason}, status ${ended.exitCode}` : 'unknown reason';
      return [`${metadata?.name}/${name}: ${restartCount} times (${why})`];
    }),
  );
}

/** What a container's own process sees. */
export interface Confinement {
  readonly container: string;
  readonly uid: string;
  /** Mount options of the root file system. */
  readonly root: string;
  /** Files of a service account's token, or `none`. */
  readonly token: string;
}

const LOOK = [
  'id -u',
  'while read -r _ at _ options _; do [ "$at" = / ] && root=$options; done < /proc/self/mounts; echo "$root"',
  'ls /var/run/secrets/kubernetes.io/serviceaccount 2> /dev/null || echo none',
].join('\n');

/** How each container of a running pod is confined, as seen from within. */
export async function confinementOf(
  { cluster, release }: StartedRelease,
  { metadata, spec }: V1Pod,
): Promise<readonly Confinement[]> {
  const pod = metadata?.name ?? '';
  return Promise.all(
    (spec?.containers ?? []).map(async ({ name: container }) => {
      const { namespace } = release;
      const { stdout, stderr } = await cluster.exec({ namespace, pod, container }, ['sh', '-c', LOOK]);
      const [uid, root, ...token] = stdout.trimEnd().split('\n');
      if (uid === undefined || root === undefined) throw new Error(`${pod}: ${stderr}`);
      return { container, uid, root, token: token.join(' ') };
    }),
  );
}
