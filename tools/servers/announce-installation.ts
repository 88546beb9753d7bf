import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '../lib/cache.ts';
import type { OnProgress } from '../lib/progress.ts';
import { requireRootOnDebian } from '../rootfs/host-packages.ts';
import type { Layer } from '../rootfs/rootfs.ts';
import { descriptionOf, type ServerName } from './descriptions/index.ts';
import type { Runtime } from './runtime.ts';

/** Installed size of the Debian base in MB, measured on x64. */
const BASE_MB = 140;

/**
 * One line for the user before anything is installed: what, how much and where.
 *
 * @param cache the cache directory of this repository
 * @returns undefined if every server is in the cache
 */
export function describeInstallation(names: readonly ServerName[], cache: string): string | undefined {
  const entriesOf = (kind: string): readonly string[] => {
    const folder = join(cache, kind);
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  const built = entriesOf('layers');
  const isBuilt = ({ name }: Layer) => built.some((entry) => entry.startsWith(`${name}-`));
  const lacksBase = !entriesOf('rootfs').some((entry) => entry.startsWith('trixie-'));
  const missing = names.filter((name) => !descriptionOf(name).layers.every(isBuilt));
  if (missing.length === 0 && !lacksBase) return undefined;
  // Servers may share a layer.
  const layers = new Map(
    missing.flatMap((name) =>
      missingFrom(descriptionOf(name).layers, isBuilt).map((layer) => [layer.name, layer.sizeMb] as const),
    ),
  );
  const sizeMb = [...layers.values()].reduce((sum, size) => sum + size, lacksBase ? BASE_MB : 0);
  // One that runs in the image of another brings nothing of its own.
  const named = missing.filter((name) => descriptionOf(name).image !== undefined);
  const what = [...(lacksBase ? ['Debian trixie'] : []), ...named].join(', ');
  return `installing ${what} into ${cache}, about ${sizeMb} MB; build tools that are missing come by apt-get`;
}

/** The lowest layer that is not built, and those above it: they are built again over a new one. */
function missingFrom(layers: readonly Layer[], isBuilt: (layer: Layer) => boolean): readonly Layer[] {
  const first = layers.findIndex((layer) => !isBuilt(layer));
  return first < 0 ? [] : layers.slice(first);
}

/**
 * Says what will be installed, before it is.
 *
 * @throws PrerequisiteError where it cannot be installed
 */
export function announceInstallation(
  runtime: Runtime['kind'],
  names: readonly ServerName[],
  onProgress: OnProgress,
): void {
  if (runtime === 'compose') {
    onProgress('servers run as containers; missing images are pulled first');
    return;
  }
  const installation = describeInstallation(names, cacheDirectory());
  if (installation === undefined) return;
  requireRootOnDebian();
  onProgress(installation);
}
