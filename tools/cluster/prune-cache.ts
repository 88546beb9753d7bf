import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Removes the older versions of a cached directory: those of its folder that begin with the same word. */
export async function removeOlderVersions(cached: string, word: string): Promise<void> {
  const folder = dirname(cached);
  for (const name of await readdir(folder)) {
    if (name.startsWith(`${word}-`) && name !== basename(cached)) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}
