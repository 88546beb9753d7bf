import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Settings that a kubelet changes for the whole machine. */
const kubeletSettings = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
];

/** Reads the current settings. */
export async function readSysctls(): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const name of kubeletSettings) {
    const value = await readFile(join('/proc/sys', name), 'utf8').catch(() => undefined);
    if (value !== undefined) values[name] = value.trim();
  }
  return values;
}

/** Restores the settings. */
export async function restoreSysctls(values: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    const path = join('/proc/sys', name);
    if ((await readFile(path, 'utf8')).trim() !== value) await writeFile(path, value);
  }
}
