import assert from 'node:assert/strict';
import { type Manifest, type RenderOptions, render } from './manifests.ts';
import { containersOf, podsOf } from './pods.ts';

/** Every public image that the pods of a rendering pull, sorted: all except Caudal's own, which has no public name. */
export async function imagesOf(options: RenderOptions): Promise<readonly string[]> {
  const images = podsOf(await render(options))
    .filter(({ replicas }) => replicas !== 0)
    .flatMap((pod) => containersOf(pod).map(({ image }) => image));
  return [...new Set(images)].filter((image) => !image.startsWith('registry.example.com/caudal:')).sort();
}

/** Thousandths of a CPU and MiB of memory of one pod or several. */
interface Amounts {
  readonly cpu: number;
  readonly memory: number;
  readonly memoryLimit: number;
  readonly volume: number;
}

/**
 * What each component of a rendering asks for: rows of pods, requests of CPU and memory, limit of memory, size of the
 * volume, each for one pod, and a row with the sums over all pods. A Deployment without replicas counts as one pod; the
 * pod of `helm test` is left out.
 */
export async function sizingRows(options: RenderOptions): Promise<readonly (readonly string[])[]> {
  const manifests = await render(options);
  const rows: (readonly string[])[] = [];
  let sum: Amounts = { cpu: 0, memory: 0, memoryLimit: 0, volume: 0 };
  let pods = 0;
  for (const pod of podsOf(manifests)) {
    const [kind = '', name = ''] = pod.owner.split(' ');
    if (kind === 'Pod' || pod.replicas === 0) continue;
    const replicas = pod.replicas ?? 1;
    let one: Amounts = { cpu: 0, memory: 0, memoryLimit: 0, volume: volumeOf(manifests, name) };
    for (const { resources } of containersOf(pod)) {
      one = {
        ...one,
        cpu: one.cpu + millicores(resources?.requests?.cpu ?? ''),
        memory: one.memory + mebibytes(resources?.requests?.memory ?? ''),
        memoryLimit: one.memoryLimit + mebibytes(resources?.limits?.memory ?? ''),
      };
    }
    rows.push([name.replace('caudal-', ''), String(replicas), ...cells(one)]);
    pods += replicas;
    sum = {
      cpu: sum.cpu + replicas * one.cpu,
      memory: sum.memory + replicas * one.memory,
      memoryLimit: sum.memoryLimit + replicas * one.memoryLimit,
      volume: sum.volume + replicas * one.volume,
    };
  }
  rows.sort(([a = ''], [b = '']) => a.localeCompare(b));
  return [...rows, ['all', String(pods), ...cells(sum)]];
}

function cells({ cpu, memory, memoryLimit, volume }: Amounts): readonly string[] {
  return [`${cpu}m`, `${memory}Mi`, `${memoryLimit}Mi`, volume === 0 ? '–' : `${volume}Gi`];
}

function volumeOf(manifests: readonly Manifest[], name: string): number {
  const found = manifests.find(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === name);
  const claims = (found?.spec?.volumeClaimTemplates ?? []) as readonly {
    spec: { resources: { requests: { storage: string } } };
  }[];
  return claims.reduce((sum, { spec }) => sum + quantity(spec.resources.requests.storage, 'Gi'), 0);
}

const millicores = (text: string): number => quantity(text, 'm');
const mebibytes = (text: string): number => quantity(text, 'Mi');

function quantity(text: string, unit: string): number {
  const number = text.endsWith(unit) ? Number(text.slice(0, -unit.length)) : Number.NaN;
  assert.ok(Number.isInteger(number), `a whole number of ${unit}: "${text}"`);
  return number;
}

/** Which keys of which Secrets the pods of a rendering read, sorted, by the Secret's name. */
export async function secretKeysOf(options: RenderOptions): Promise<ReadonlyMap<string, readonly string[]>> {
  const keys = new Map<string, Set<string>>();
  for (const pod of podsOf(await render(options))) {
    for (const { valueFrom } of containersOf(pod).flatMap(({ env = [] }) => env)) {
      if (valueFrom?.secretKeyRef === undefined) continue;
      const { name, key } = valueFrom.secretKeyRef;
      keys.set(name, (keys.get(name) ?? new Set()).add(key));
    }
    for (const volume of pod.spec.volumes ?? []) {
      const secret = volume.secret as { secretName: string; items: readonly { key: string }[] } | undefined;
      for (const { key } of secret?.items ?? [])
        keys.set(secret?.secretName ?? '', (keys.get(secret?.secretName ?? '') ?? new Set()).add(key));
    }
  }
  return new Map([...keys].map(([name, found]) => [name, [...found].sort()]));
}
