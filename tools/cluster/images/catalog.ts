import { basename, dirname } from 'node:path';
import { ensureK6 } from '../../k6/ensure-k6.ts';
import type { OnProgress } from '../../lib/progress.ts';
import { runCommand } from '../../lib/run-command.ts';
import { ensureBase, ensureRootfs, IMAGE_PATH } from '../../rootfs/rootfs.ts';
import { descriptionOf, serverNames } from '../../servers/descriptions/index.ts';
import type { ClusterBinaries } from '../local/binaries.ts';
import { pauseImage } from '../local/node-config.ts';
import { ensureNodeLayer } from './node-layer.ts';

/** A layer of an image: tar arguments to write it, and a key of its content. */
export interface LayerSource {
  readonly key: string;
  readonly tarArguments: readonly string[];
}

/** An image to be made: its names, its layers from the lowest up, and the parts of its OCI configuration. */
export interface ImageSpec {
  readonly names: readonly string[];
  readonly layers: readonly LayerSource[];
  readonly config: Readonly<Record<string, unknown>>;
}

const path = `PATH=${IMAGE_PATH}`;
const servers = serverNames.flatMap((name) => {
  const { layers, image } = descriptionOf(name);
  return image === undefined ? [] : [{ layers, image }];
});

/** The image that a Dockerfile of the project starts from. */
export const nodeImageName = 'node:24-slim';

export const traefikImageName = 'traefik:v3.6.12';

/** The names of all images that the local cluster has from the start. */
export const localImageNames: readonly string[] = [
  ...servers.map(({ image }) => image.name),
  nodeImageName,
  'grafana/k6:1',
  'debian:trixie-slim',
  traefikImageName,
  pauseImage,
];

/** Builds the layers that need no compiler, so that they can be made while one runs. */
export async function ensureImageLayers(options: {
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}): Promise<void> {
  const base = await ensureBase(options);
  for (const { layers } of servers) await ensureRootfs(layers, options);
  await ensureNodeLayer(base, options.onProgress);
}

/** All images of the local cluster. Whatever they are made of is built first where it is missing. */
export async function describeImages(
  binaries: ClusterBinaries,
  onProgress: OnProgress,
): Promise<readonly ImageSpec[]> {
  const base = await baseLayer(onProgress);
  const images: ImageSpec[] = [
    { names: ['debian:trixie-slim'], layers: [base], config: { Env: [path], Cmd: ['bash'] } },
  ];
  images.push(...(await describeServerImages(onProgress)));
  images.push(await describeNodeImage(onProgress));
  const k6 = await resolveProgram(await ensureK6({ onProgress }));
  images.push({
    names: ['grafana/k6:1'],
    layers: [base, fileLayer(k6, 'usr/bin')],
    config: { Env: [path], User: '12345', WorkingDir: '/tmp', Entrypoint: ['k6'] },
  });
  images.push({
    names: [traefikImageName],
    layers: [fileLayer(binaries.traefik, 'usr/local/bin')],
    config: { Env: [path], User: '65532', Entrypoint: ['/usr/local/bin/traefik'] },
  });
  images.push({
    names: [pauseImage],
    layers: [fileLayer(binaries.pause, '')],
    config: { Entrypoint: ['/pause'] },
  });
  return images;
}

/** The images of servers, with the layers of their root file systems. */
export async function describeServerImages(onProgress: OnProgress): Promise<readonly ImageSpec[]> {
  const base = await baseLayer(onProgress);
  const images: ImageSpec[] = [];
  for (const { layers, image } of servers) {
    const [, ...directories] = await ensureRootfs(layers, { onProgress });
    const upper = directories.map((directory) => directoryLayer(directory));
    images.push({ names: [image.name], layers: [base, ...upper], config: image.config });
  }
  return images;
}

/** Node 24 and npm on Debian, as the official slim image has them. */
export async function describeNodeImage(onProgress: OnProgress): Promise<ImageSpec> {
  const base = await baseLayer(onProgress);
  const layer = directoryLayer(await ensureNodeLayer(await ensureBase({ onProgress }), onProgress));
  const config = { Env: [path], Entrypoint: ['docker-entrypoint.sh'], Cmd: ['node'] };
  return { names: [nodeImageName], layers: [base, layer], config };
}

async function baseLayer(onProgress: OnProgress): Promise<LayerSource> {
  const directory = await ensureBase({ onProgress });
  const excluded = ['./var/lib/apt/lists/*', './proc/*', './sys/*', './run/*', './tmp/*'];
  return directoryLayer(directory, excluded);
}

function directoryLayer(directory: string, excluded: readonly string[] = []): LayerSource {
  const excludes = excluded.map((pattern) => `--exclude=${pattern}`);
  return {
    key: basename(directory),
    tarArguments: ['--numeric-owner', '--sort=name', ...excludes, '-C', directory, '.'],
  };
}

/** A layer with one file in a directory; '' is the root. */
function fileLayer(file: string, directory: string): LayerSource {
  const prefix = directory === '' ? './' : `./${directory}/`;
  const key = `${basename(dirname(file))}-${basename(file)}`;
  const tarArguments = [
    '--owner=0',
    '--group=0',
    '--mode=0755',
    `--transform=s,^,${prefix},`,
    '-C',
    dirname(file),
    basename(file),
  ];
  return { key, tarArguments };
}

async function resolveProgram(program: string): Promise<string> {
  if (program.includes('/')) return program;
  return (await runCommand('sh', ['-c', 'readlink -f "$(command -v "$1")"', 'sh', program])).stdout.trim();
}
