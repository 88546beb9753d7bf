import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '../wait-for.ts';
import type { NodeName } from './layout.ts';

const root = '/sys/fs/cgroup';

/** Control group of a node's pods. Each kubelet needs its own, otherwise it removes the other's pods. */
export function cgroupOf(node: NodeName): string {
  return `caudal-${node}`;
}

/** Creates the control group in every hierarchy; the kubelet requires its root in all of them. */
export async function createCgroup(name: string): Promise<void> {
  if (existsSync(join(root, 'cgroup.controllers'))) {
    const controllers = (await readFile(join(root, 'cgroup.controllers'), 'utf8')).trim().split(' ');
    await mkdir(join(root, name), { recursive: true });
    for (const directory of [root, join(root, name)]) {
      for (const controller of controllers) {
        // A controller that cannot be delegated here is one that the kubelet does not ask for, or it says so itself.
        await writeFile(join(directory, 'cgroup.subtree_control'), `+${controller}`).catch(() => undefined);
      }
    }
    return;
  }
  for (const hierarchy of await hierarchies()) {
    await mkdir(join(hierarchy, name), { recursive: true });
    if (!existsSync(join(hierarchy, 'cpuset.cpus'))) continue;
    // A new cpuset is empty, and a process cannot enter an empty one.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      await writeFile(join(hierarchy, name, file), await readFile(join(hierarchy, file), 'utf8'));
    }
  }
}

/** Removes the control group recursively; its processes must have ended. */
export async function removeCgroup(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    const path = join(hierarchy, name);
    if (!existsSync(path)) continue;
    // Processes leave it shortly after they died.
    await waitFor(`control group ${path} to be empty`, () => removeTree(path), { timeoutMs: 10_000 });
  }
}

async function removeTree(path: string): Promise<true> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeTree(join(path, entry.name));
  }
  await rmdir(path);
  return true;
}

/** The one hierarchy of version 2, or each of version 1. Linked names (`cpu` → `cpu,cpuacct`) are the same one twice. */
async function hierarchies(): Promise<readonly string[]> {
  if (existsSync(join(root, 'cgroup.controllers'))) return [root];
  const entries = await readdir(root, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(root, entry.name));
}
