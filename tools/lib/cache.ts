import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { exclusive } from './exclusive.ts';
import type { OnProgress } from './progress.ts';

/** Directory for downloads and builds: `$XDG_CACHE_HOME/caudal`, by default `~/.cache/caudal`. */
export function cacheDirectory(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'caudal');
}

/** A directory that is built once and cached. */
export interface CacheEntry {
  /** Folder within the cache, such as `k6` or `layers`. */
  readonly kind: string;
  /** Names the content exactly (version, hash of the recipe): another key is another entry. */
  readonly key: string;
  /** Fills an empty directory. May fail or be interrupted at any point. */
  build(directory: string): Promise<void>;
  readonly onProgress: OnProgress;
}

/**
 * Returns the path of a cached directory, building it if missing.
 *
 * Builds in a temporary directory and renames it when complete, so a cached directory is never partial. Concurrent
 * processes wait for one build of the same entry. Remains of interrupted builds are removed.
 */
export function ensureCached(entry: CacheEntry): Promise<string> {
  const folder = join(cacheDirectory(), entry.kind);
  const path = join(folder, entry.key);
  const running = inProgress.get(path);
  if (running !== undefined) return running;
  const result = findOrBuild(entry, folder, path).finally(() => inProgress.delete(path));
  inProgress.set(path, result);
  return result;
}

/** Entries this process is finding or building, by path. */
const inProgress = new Map<string, Promise<string>>();

async function findOrBuild(entry: CacheEntry, folder: string, path: string): Promise<string> {
  if (existsSync(path)) return path;
  await mkdir(folder, { recursive: true });
  return exclusive(
    path,
    async () => {
      if (existsSync(path)) return path;
      await removeAbandoned(folder, entry.key);
      const building = join(folder, `.${entry.key}.${process.pid}.${randomBytes(4).toString('hex')}`);
      await mkdir(building);
      try {
        await entry.build(building);
        await rename(building, path);
      } catch (error) {
        await rm(building, { recursive: true, force: true });
        throw error;
      }
      return path;
    },
    () => entry.onProgress(`${entry.kind}/${entry.key}: another process is building it, waiting …`),
  );
}

async function removeAbandoned(folder: string, key: string): Promise<void> {
  const prefix = `.${key}.`;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const builder = Number(name.slice(prefix.length).split('.')[0]);
    if (!isAlive(builder)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
