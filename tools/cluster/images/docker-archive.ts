import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { runCommand } from '../../lib/run-command.ts';
import type { ImageSpec, LayerSource } from './catalog.ts';

/**
 * Writes the files of one docker-archive that holds all images and each shared layer once. `tar` of the directory is
 * the archive.
 */
export async function writeDockerArchive(directory: string, images: readonly ImageSpec[]): Promise<void> {
  const digests = new Map<string, string>();
  const manifest: unknown[] = [];
  for (const image of images) {
    for (const layer of image.layers) {
      if (!digests.has(layer.key)) digests.set(layer.key, await writeLayer(directory, layer));
    }
    const layerDigests = image.layers.map((layer) => digests.get(layer.key) ?? '');
    const config = JSON.stringify({
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config: image.config,
      rootfs: { type: 'layers', diff_ids: layerDigests.map((digest) => `sha256:${digest}`) },
      history: image.layers.map((layer) => ({ created_by: layer.key })),
    });
    const configFile = `${createHash('sha256').update(config).digest('hex')}.json`;
    await writeFile(join(directory, configFile), config);
    const layers = layerDigests.map((digest) => `${digest}.tar`);
    manifest.push({ Config: configFile, RepoTags: image.names, Layers: layers });
  }
  await writeFile(join(directory, 'manifest.json'), JSON.stringify(manifest));
}

async function writeLayer(directory: string, layer: LayerSource): Promise<string> {
  const file = join(directory, 'layer.tar');
  // Character devices in an overlay's upper directory are whiteouts; nothing here needs a lower file hidden, and
  // those of the base are /dev, which every container gets from its runtime.
  const from = layer.tarArguments[layer.tarArguments.indexOf('-C') + 1] ?? '.';
  const devices = await runCommand('find', ['.', '-type', 'c'], { cwd: from });
  const list = join(directory, 'devices');
  await writeFile(list, devices.stdout);
  await runCommand('tar', [`--exclude-from=${list}`, '-cf', file, ...layer.tarArguments]);
  await runCommand('rm', [list]);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  const digest = hash.digest('hex');
  await rename(file, join(directory, `${digest}.tar`));
  return digest;
}
