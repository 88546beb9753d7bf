import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runGo } from '../../go/ensure-go.ts';
import { ensureCached } from '../../lib/cache.ts';
import { type OnProgress, withProgress } from '../../lib/progress.ts';
import { removeOlderVersions } from '../prune-cache.ts';

/** Programs compiled from Go modules. */
export interface ClusterBinaries {
  /** The whole of Kubernetes, etcd, CoreDNS and metrics-server: tools/cluster/kube. */
  readonly kube: string;
  readonly pause: string;
  readonly traefik: string;
}

export interface BuildOptions {
  readonly onProgress: OnProgress;
  /** Aborts a compilation. */
  readonly signal?: AbortSignal | undefined;
}

const moduleDirectory = join(import.meta.dirname, '..', 'kube');
const kubernetesVersion = 'v1.34.4';

/**
 * Compiles programs missing from the cache. A first build takes many minutes; thanks to the Go build cache, a change to
 * our own files takes seconds.
 *
 * @throws PrerequisiteError without Go, or with one that is too old and may not download a newer one.
 */
export async function ensureBinaries(options: BuildOptions): Promise<ClusterBinaries> {
  const modules = await read(['go.mod', 'go.sum']);
  const sources = await read([...(await goFiles('.')), ...(await goFiles('policy'))]);
  const pauseSource = await read(['pause/main.go']);
  const kube = await ensureGoProgram('kube', '.', [...modules, ...sources], options);
  const pause = await ensureGoProgram('pause', './pause', pauseSource, options);
  const traefik = await ensureGoProgram(
    'traefik',
    'github.com/traefik/traefik/v3/cmd/traefik',
    modules,
    options,
  );
  return { kube, pause, traefik };
}

async function goFiles(directory: string): Promise<readonly string[]> {
  const files = await readdir(join(moduleDirectory, directory));
  const sources = files.filter((file) => file.endsWith('.go') && !file.endsWith('_test.go'));
  return sources.sort().map((file) => join(directory, file));
}

async function read(files: readonly string[]): Promise<readonly Buffer[]> {
  return Promise.all(files.map((file) => readFile(join(moduleDirectory, file))));
}

async function ensureGoProgram(
  name: string,
  sourcePackage: string,
  inputs: readonly Buffer[],
  { onProgress, signal }: BuildOptions,
): Promise<string> {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(input);
  const directory = await ensureCached({
    kind: 'cluster-binaries',
    key: `${name}-${process.arch}-${hash.digest('hex').slice(0, 12)}`,
    onProgress,
    build: async (target) => {
      await withProgress(`${name}: compiling`, onProgress, () =>
        build(sourcePackage, join(target, name), { onProgress, signal }),
      );
    },
  });
  await removeOlderVersions(directory, name);
  return join(directory, name);
}

/** The same flags for every program: another flag is another compilation of all the packages they share. */
async function build(
  sourcePackage: string,
  output: string,
  { onProgress, signal }: BuildOptions,
): Promise<void> {
  const ldflags = `-s -w -X k8s.io/component-base/version.gitVersion=${kubernetesVersion}`;
  await runGo(['build', '-trimpath', '-buildvcs=false', '-ldflags', ldflags, '-o', output, sourcePackage], {
    purpose: 'the local cluster',
    cwd: moduleDirectory,
    onProgress,
    signal,
  });
}
