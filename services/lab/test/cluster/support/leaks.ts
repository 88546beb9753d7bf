import { eventually } from '@caudal/common/testing';
import type { StartedRelease } from '../../../src/cluster/start-release.ts';
import { listObjects } from './objects.ts';

/** Values of all Secrets of a release's namespace, by `Secret/key`; Helm's own records are left out. */
export async function readSecrets({
  cluster,
  release,
}: StartedRelease): Promise<ReadonlyMap<string, string>> {
  const { items } = await cluster.core.listNamespacedSecret({ namespace: release.namespace });
  const values = items
    .filter(({ type }) => type === 'Opaque')
    .flatMap(({ metadata, data = {} }) =>
      Object.entries(data).map(
        ([key, value]) => [`${metadata?.name}/${key}`, Buffer.from(value, 'base64').toString()] as const,
      ),
    );
  return new Map(values.sort(([a], [b]) => a.localeCompare(b)));
}

/** Names of the Secrets' values that a text holds, as they are or in base64. */
export function findLeaks(text: string, secrets: ReadonlyMap<string, string>): readonly string[] {
  return [...secrets].flatMap(([name, value]) =>
    text.includes(value) || text.includes(Buffer.from(value).toString('base64').replace(/=+$/, ''))
      ? [name]
      : [],
  );
}

/**
 * Where Secrets' values appear besides the Secrets: in any object of the namespace, in the log of any container, the one
 * before included, and in the arguments of any process, as `place: Secret/key`.
 */
export async function leaksOf(
  started: StartedRelease,
  secrets: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const { cluster, release } = started;
  const { namespace } = release;
  const texts: [place: string, text: string][] = [];
  for (const object of await listObjects(cluster, namespace)) {
    if (object.kind !== 'Secret')
      texts.push([`${object.kind} ${object.metadata?.name}`, JSON.stringify(object)]);
  }
  const { items: pods } = await eventually(
    () => cluster.core.listNamespacedPod({ namespace }),
    // One that is about to end takes its log along.
    ({ items }) => items.every(({ metadata }) => metadata?.deletionTimestamp === undefined),
    { pastErrors: true },
  );
  for (const { metadata, status } of pods) {
    const pod = metadata?.name ?? '';
    for (const { name: container, restartCount, state } of status?.containerStatuses ?? []) {
      for (const previous of restartCount > 0 ? [false, true] : [false]) {
        const log = await cluster.core.readNamespacedPodLog({ namespace, name: pod, container, previous });
        texts.push([`log of ${pod}`, log]);
      }
      if (state?.running === undefined) continue;
      const { stdout } = await cluster.exec({ namespace, pod, container }, [
        'sh',
        '-c',
        'cat /proc/[0-9]*/cmdline',
      ]);
      if (stdout === '') throw new Error(`${pod} shows no process`);
      texts.push([`arguments in ${pod}`, stdout]);
    }
  }
  return texts.flatMap(([place, text]) => findLeaks(text, secrets).map((name) => `${place}: ${name}`));
}
