import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Removes older versions of a cached directory: entries of its folder with the same first word. */
export async function removeOlderVersions(cached: string, word: string): Promise<void> {
  const folder = dirname(cached);
  for (const name of await readdir(folder)) {
    if (name.startsWith(`${word}-`) && name !== basename(cached)) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}
