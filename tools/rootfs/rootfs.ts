import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureCached } from '../lib/cache.ts';
import { PrerequisiteError } from '../lib/prerequisite-error.ts';
import { withProgress } from '../lib/progress.ts';
import { runCommand } from '../lib/run-command.ts';
import { readDebianMirrors } from './apt-sources.ts';
import { ensureProgram, requireRootOnDebian } from './host-packages.ts';
import { ensureMavenJars } from './maven-jars.ts';
import type { RootfsOptions } from './options.ts';

/**
 * Root file systems of the servers: one Debian base, and layers over it (overlayfs `lowerdir=<highest layer>:…:<base>`).
 * Users, paths and commands are those of the official container images.
 */

/** A layer of a root file system. */
export interface Layer {
  /** Its recipe is `layers/<name>.sh`. If there is a `<name>/pom.xml`, the recipe gets its jars. */
  readonly name: string;
  /** Installed size in MB with what was downloaded for it and stays in the cache, measured on x64. */
  readonly sizeMb: number;
}

/** Java, for every server that is written in it. */
export const JAVA_LAYER: Layer = { name: 'java', sizeMb: 204 };

/** Search path for programs in the images made of these file systems. */
export const IMAGE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const here = import.meta.dirname;
const caFiles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt'];

/**
 * The directory of the Debian base, built by debootstrap the first time (half a minute).
 *
 * @throws PrerequisiteError where this is no Debian-like Linux, not root, or no Debian mirror is known.
 */
export async function ensureBase(options: RootfsOptions = {}): Promise<string> {
  const { onProgress = () => undefined, signal } = options;
  requireRootOnDebian();
  return ensureCached({
    kind: 'rootfs',
    key: await baseKey(),
    onProgress,
    build: async (target) => {
      await ensureProgram('debootstrap', ['debootstrap', 'debian-archive-keyring'], onProgress, signal);
      const mirrors = await findMirrors();
      await withProgress('base system: downloading Debian trixie', onProgress, () =>
        inMountNamespace(
          [
            join(here, 'build-base.sh'),
            target,
            mirrors.main,
            mirrors.security ?? '',
            caFileFor(mirrors.main),
          ],
          signal,
        ),
      );
    },
  });
}

/**
 * The directories of a root file system, lowest first: the Debian base, then one for each layer. A layer is built over
 * those below it the first time (2 to 15 s) and has no meaning without them.
 *
 * @throws PrerequisiteError as `ensureBase`, and for a layer with jars where Maven can neither be found nor installed.
 */
export async function ensureRootfs(
  layers: readonly Pick<Layer, 'name'>[],
  options: RootfsOptions = {},
): Promise<readonly [string, ...string[]]> {
  // Downloads need no base system: both take their time at once.
  const [base, ...jars] = await Promise.all([
    ensureBase(options),
    ...layers.map(({ name }) => ensureMavenJars(name, options)),
  ]);
  const directories: [string, ...string[]] = [base];
  for (const [index, { name }] of layers.entries())
    directories.push(await ensureLayer(name, directories, jars[index], options));
  return directories;
}

/** @param jars directory of jars for the recipe, if it needs any */
async function ensureLayer(
  name: string,
  below: readonly string[],
  jars: string | undefined,
  options: RootfsOptions,
): Promise<string> {
  const { onProgress = () => undefined, signal } = options;
  const recipe = join(here, 'layers', `${name}.sh`);
  const hash = await hashOf([recipe, join(here, 'build-layer.sh')], [...below, jars ?? '']);
  return ensureCached({
    kind: 'layers',
    key: `${name}-${hash}`,
    onProgress,
    build: async (target) => {
      const lower = below.toReversed().join(':');
      const caFile = caFileFor((await findMirrors()).main);
      await withProgress(`${name}: installing`, onProgress, () =>
        inMountNamespace([join(here, 'build-layer.sh'), lower, target, recipe, jars ?? '', caFile], signal),
      );
    },
  });
}

async function baseKey(): Promise<string> {
  return `trixie-${process.arch}-${await hashOf([join(here, 'build-base.sh')])}`;
}

async function hashOf(files: readonly string[], words: readonly string[] = []): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(file)).update('\0');
  for (const word of words) hash.update(word).update('\0');
  return hash.digest('hex').slice(0, 12);
}

async function findMirrors() {
  const given = process.env.CAUDAL_DEBIAN_MIRROR;
  if (given) return { main: given.replace(/\/+$/, '') };
  const mirrors = await readDebianMirrors();
  if (mirrors !== undefined) return mirrors;
  throw new PrerequisiteError(
    'the apt sources of this machine name no Debian mirror: set CAUDAL_DEBIAN_MIRROR to the URL of one (it ends in ' +
      '/debian), or start Docker and try again',
  );
}

/** The machine's certificate authorities, which the small base lacks; only a mirror over HTTPS needs them. */
function caFileFor(mirror: string): string {
  return mirror.startsWith('https:') ? (caFiles.find((file) => existsSync(file)) ?? '') : '';
}

/** Mounts made by the script end with it, however it ends. */
async function inMountNamespace(script: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  const namespace = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private'];
  await runCommand('unshare', [...namespace, 'sh', ...script], { signal });
}
