import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureCached } from '../../lib/cache.ts';
import { type OnProgress, withProgress } from '../../lib/progress.ts';
import { runCommand } from '../../lib/run-command.ts';
import { childOf, identify, kill } from '../local/processes.ts';
import { removeOlderVersions } from '../prune-cache.ts';
import { waitFor } from '../wait-for.ts';
import type { ImageSpec } from './catalog.ts';
import { writeDockerArchive } from './docker-archive.ts';

export type Snapshotter = 'overlayfs' | 'native';

/** Files of a containerd root that change; all others are written once. */
const databases = [
  'io.containerd.metadata.v1.bolt/meta.db',
  'io.containerd.snapshotter.v1.overlayfs/metadata.db',
  'io.containerd.snapshotter.v1.native/metadata.db',
];

/**
 * A containerd root with all images imported and unpacked, made once: importing costs half a minute, a copy by hard
 * links about a second.
 */
export async function ensureImageStore(
  images: readonly ImageSpec[],
  snapshotter: Snapshotter,
  onProgress: OnProgress,
): Promise<string> {
  const key = `${snapshotter}-${createHash('sha256').update(JSON.stringify(images)).digest('hex').slice(0, 12)}`;
  const store = await ensureCached({
    kind: 'image-store',
    key,
    onProgress,
    build: (target) =>
      withProgress('images: writing and importing', onProgress, () => importAll(target, images, snapshotter)),
  });
  // Each is larger than a gigabyte, and what a node uses of an older one it has by links of its own.
  await removeOlderVersions(store, snapshotter);
  return store;
}

/** Gives a node its own containerd root from the store. */
export async function copyImageStore(store: string, target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  // Hard links where both are on one file system, else copies.
  await runCommand('cp', ['-al', `${store}/.`, target]).catch(async () => {
    await rm(target, { recursive: true, force: true });
    await runCommand('cp', ['-a', `${store}/.`, target]);
  });
  for (const database of databases) {
    await runCommand('cp', [
      '--remove-destination',
      '-a',
      join(store, database),
      join(target, database),
    ]).catch((error: unknown) => {
      // Only the snapshotter in use has a database.
      if (!database.includes('snapshotter')) throw error;
    });
  }
}

async function importAll(
  target: string,
  images: readonly ImageSpec[],
  snapshotter: Snapshotter,
): Promise<void> {
  const work = await mkdtemp(`${target}.work-`);
  try {
    const archive = join(work, 'archive');
    await mkdir(archive);
    await writeDockerArchive(archive, images);
    await withContainerd(work, target, (enter) =>
      runCommand(enter[0] ?? '', [
        ...enter.slice(1),
        'sh',
        '-c',
        'tar -C "$1" -cf - . | ctr --namespace k8s.io images import --snapshotter "$2" -',
        'sh',
        archive,
        snapshotter,
      ]),
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A containerd of its own, without network or pods, while the work lasts. */
async function withContainerd(
  work: string,
  root: string,
  use: (enter: readonly string[]) => Promise<unknown>,
): Promise<void> {
  const config = join(work, 'containerd.toml');
  const disabled = '["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]';
  await writeFile(
    config,
    `version = 2\nroot = "${root}"\nstate = "/run/containerd"\ndisabled_plugins = ${disabled}\n`,
  );
  const launcher = spawn(
    'setpriv',
    [
      // It must not outlive this process, however that ends.
      '--pdeathsig=KILL',
      'unshare',
      '--mount',
      '--pid',
      '--fork',
      '--kill-child=SIGKILL',
      'sh',
      '-c',
      'mount -t tmpfs tmpfs /run && exec containerd -c "$1"',
      'sh',
      config,
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => launcher.once('close', () => resolve()));
  try {
    const pid = await waitFor(
      'containerd to start',
      async () => launcher.pid && (await childOf(launcher.pid)),
      { timeoutMs: 10_000, intervalMs: 20 },
    );
    const enter = ['nsenter', `--target=${pid}`, '--mount'];
    const version = [...enter.slice(1), 'ctr', 'version'];
    await waitFor('containerd to answer', () => runCommand(enter[0] ?? '', version), { timeoutMs: 30_000 });
    await use(enter);
    // Ended properly, so that its databases are whole.
    const containerd = await identify(pid);
    if (containerd !== undefined) await kill(containerd, 'SIGTERM');
  } finally {
    launcher.kill('SIGKILL');
    await ended;
  }
}
