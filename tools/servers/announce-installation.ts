import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '../lib/cache.ts';
import type { OnProgress } from '../lib/progress.ts';
import { requireRootOnDebian } from '../rootfs/host-packages.ts';
import type { Runtime } from './runtime.ts';
import type { ServerName } from './state.ts';

/** Installed size in MB, measured on x64; Kafka's includes its jars. */
const BASE_MB = 140;
const SIZE_MB: Readonly<Record<ServerName, number>> = {
  rabbitmq: 106,
  kafka: 313,
  valkey: 9,
  redis: 9,
  prometheus: 193,
};

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
  const layers = entriesOf('layers');
  const missing = names.filter((name) => !layers.some((entry) => entry.startsWith(`${name}-`)));
  const lacksBase = !entriesOf('rootfs').some((entry) => entry.startsWith('trixie-'));
  if (missing.length === 0 && !lacksBase) return undefined;
  const sizeMb = missing.reduce((sum, name) => sum + SIZE_MB[name], lacksBase ? BASE_MB : 0);
  const what = [...(lacksBase ? ['Debian trixie'] : []), ...missing].join(', ');
  return `installing ${what} into ${cache}, about ${sizeMb} MB; build tools that are missing come by apt-get`;
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
