import { createHash } from 'node:crypto';
import { cp, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runGo } from '../../go/ensure-go.ts';
import { ensureCached } from '../../lib/cache.ts';
import { type OnProgress, withProgress } from '../../lib/progress.ts';
import { runCommand } from '../../lib/run-command.ts';
import { fillIn } from '../manifests.ts';
import { removeOlderVersions } from '../prune-cache.ts';

/** KEDA, built. */
export interface Keda {
  /** Without `v`, as its images are tagged. */
  readonly version: string;
  /** Has the programs `keda` and `keda-adapter`, and a kustomization of all objects. */
  readonly directory: string;
}

const module = 'github.com/kedacore/keda/v2';

/** What KEDA's own build calls its commands, and the names that its images have for them. */
const programs = { operator: 'keda', adapter: 'keda-adapter' } as const;

/**
 * Compiles KEDA's operator and its metrics API server from the Go module that go.mod here pins and go.sum here checks.
 * With an empty cache this takes many minutes; afterwards the cached programs are used.
 *
 * @throws PrerequisiteError where there is no Go and none can be downloaded.
 */
export async function ensureKeda(onProgress: OnProgress): Promise<Keda> {
  const [goMod = '', goSum = '', kustomization = ''] = await Promise.all(
    ['go.mod', 'go.sum', 'kustomization.yaml'].map((file) =>
      readFile(join(import.meta.dirname, file), 'utf8'),
    ),
  );
  const version = new RegExp(`${module} v(\\S+)`).exec(goMod)?.[1];
  if (version === undefined) throw new Error(`go.mod does not require ${module}`);
  const hash = createHash('sha256').update(goSum).update(kustomization).digest('hex').slice(0, 12);
  const directory = await ensureCached({
    kind: 'cluster-binaries',
    key: `keda-${version}-${process.arch}-${hash}`,
    onProgress,
    async build(target) {
      const source = await downloadModule(version, onProgress);
      await withProgress(`KEDA ${version}: compiling, the first time about 20 minutes`, onProgress, () =>
        compile(source, version, target),
      );
      await cp(join(source, 'config'), join(target, 'config'), { recursive: true });
      await runCommand('chmod', ['-R', 'u+w', join(target, 'config')]);
      const objects = fillIn(kustomization, { version }, 'kustomization.yaml');
      await writeFile(join(target, 'kustomization.yaml'), objects);
    },
  });
  await removeOlderVersions(directory, 'keda');
  return { version, directory };
}

async function downloadModule(version: string, onProgress: OnProgress): Promise<string> {
  // In the directory of go.sum, which the download is checked against.
  const { stdout } = await runGo(['mod', 'download', '-json', `${module}@v${version}`], {
    purpose: 'KEDA',
    cwd: import.meta.dirname,
    onProgress,
  });
  return (JSON.parse(stdout) as { readonly Dir: string }).Dir;
}

async function compile(source: string, version: string, target: string): Promise<void> {
  const ldflags = `-s -w -X=${module}/version.Version=${version}`;
  await runGo(
    [
      ...['build', '-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags', ldflags, '-o', `${target}/`],
      ...Object.keys(programs).map((name) => `./cmd/${name}`),
    ],
    { purpose: 'KEDA', cwd: source },
  );
  for (const [built, name] of Object.entries(programs)) await rename(join(target, built), join(target, name));
}
