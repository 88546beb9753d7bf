import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDirectory } from '../../lib/cache.ts';
import { type OnProgress, withProgress } from '../../lib/progress.ts';
import { isInstalled, runCommand } from '../../lib/run-command.ts';
import { describeNodeImage, nodeImageName } from './catalog.ts';
import { writeDockerArchive } from './docker-archive.ts';

/** Image name used by the chart. `localhost` is not a registry, so no other image is pulled instead. */
export const projectImageName = 'localhost/caudal:local';

/** The project's image in an archive. */
export interface ProjectImage {
  /** {@link projectImageName}, whatever is in it. */
  readonly name: string;
  /** The same image by a name that changes with its content, so that an upgrade replaces pods when it changed. */
  readonly contentName: string;
  readonly archive: string;
}

const caFiles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt'];

/**
 * Builds the Dockerfile of the repository with buildah, from a Node image made here instead of one that is pulled.
 * Layers are kept, so a build after a change of the sources alone takes seconds.
 *
 * @returns undefined where there is no Dockerfile
 */
export async function buildProjectImage(
  repository: string,
  onProgress: OnProgress,
): Promise<ProjectImage | undefined> {
  if (!existsSync(join(repository, 'Dockerfile'))) return undefined;
  const store = join(cacheDirectory(), 'buildah');
  const archive = join(cacheDirectory(), 'project-image.tar');
  await mkdir(store, { recursive: true });
  const buildah = (...args: readonly string[]): Promise<string> => runBuildah(store, args);
  await ensureNodeImage(buildah, onProgress);
  return withProgress(`${projectImageName}: building`, onProgress, async () => {
    const work = await mkdtemp(join(tmpdir(), 'caudal-build-'));
    try {
      const mounts = await npmMounts(work);
      const options = ['--isolation=chroot', '--network=host', '--pull=never', '--layers', ...mounts];
      await buildah('bud', ...options, '--tag', projectImageName, repository);
      await rm(archive, { force: true });
      await buildah('push', '--quiet', projectImageName, `docker-archive:${archive}:${projectImageName}`);
      const id = await buildah('images', '--quiet', '--no-trunc', projectImageName);
      return { name: projectImageName, contentName: contentName(id), archive };
    } finally {
      await rm(work, { recursive: true });
    }
  });
}

/** `localhost/caudal:local-0123456789ab`, of an image's id. */
export function contentName(id: string): string {
  return `${projectImageName}-${id
    .trim()
    .replace(/^sha256:/, '')
    .slice(0, 12)}`;
}

async function runBuildah(store: string, args: readonly string[]): Promise<string> {
  const places = [
    '--root',
    join(store, 'root'),
    '--runroot',
    join(store, 'run'),
    '--storage-driver',
    'overlay',
  ];
  return (await runCommand('buildah', [...places, ...args])).stdout;
}

async function ensureNodeImage(
  buildah: (...args: readonly string[]) => Promise<string>,
  onProgress: OnProgress,
): Promise<void> {
  const spec = await describeNodeImage(onProgress);
  // Layers are named by their recipes, so the label identifies the stored image.
  const content = spec.layers.map((layer) => layer.key).join('+');
  const label = '{{index .OCIv1.Config.Labels "caudal.content"}}';
  const stored = await buildah('inspect', '--type=image', '--format', label, nodeImageName).catch(() => '');
  if (stored.trim() === content) return;
  await withProgress(`${nodeImageName}: importing into buildah`, onProgress, async () => {
    const work = await mkdtemp(join(cacheDirectory(), 'node-image-'));
    try {
      const files = join(work, 'files');
      await mkdir(files);
      await writeDockerArchive(files, [
        { ...spec, config: { ...spec.config, Labels: { 'caudal.content': content } } },
      ]);
      await runCommand('tar', ['-C', files, '-cf', join(work, 'node.tar'), '.']);
      await buildah('pull', '--quiet', `docker-archive:${join(work, 'node.tar')}`);
    } finally {
      await rm(work, { recursive: true });
    }
  });
}

/** npm in the build uses this machine's registry and certificate authorities. */
async function npmMounts(work: string): Promise<readonly string[]> {
  if (!(await isInstalled('npm'))) return [];
  const registry = (await runCommand('npm', ['config', 'get', 'registry'], { cwd: work })).stdout.trim();
  const caFile = caFiles.find((file) => existsSync(file));
  const lines = [`registry=${registry}`, 'fund=false', 'audit=false', 'update-notifier=false'];
  if (caFile !== undefined) lines.push('cafile=/tmp/build-ca.crt');
  await writeFile(join(work, 'npmrc'), `${lines.join('\n')}\n`);
  const mounts = [`--volume=${join(work, 'npmrc')}:/usr/local/etc/npmrc:ro`];
  if (caFile !== undefined) mounts.push(`--volume=${caFile}:/tmp/build-ca.crt:ro`);
  return mounts;
}
