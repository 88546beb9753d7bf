import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runGo } from '../../../tools/go/ensure-go.ts';
import { ensureCached } from '../../../tools/lib/cache.ts';
import { type OnProgress, withProgress } from '../../../tools/lib/progress.ts';

/**
 * The path of the kubeconform that go.mod pins, compiled once and kept in the cache.
 *
 * @throws PrerequisiteError where there is no Go and none can be downloaded.
 */
export async function ensureKubeconform(onProgress: OnProgress): Promise<string> {
  const directory = import.meta.dirname;
  const recipe = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) recipe.update(await readFile(join(directory, file)));
  const cached = await ensureCached({
    kind: 'kubeconform',
    key: `${process.platform}-${process.arch}-${recipe.digest('hex').slice(0, 12)}`,
    onProgress,
    build: (target) =>
      withProgress('kubeconform: compiling', onProgress, async () => {
        const flags = [
          '-trimpath',
          '-buildvcs=false',
          '-ldflags',
          '-s -w',
          '-o',
          join(target, 'kubeconform'),
        ];
        await runGo(['build', ...flags, 'github.com/yannh/kubeconform/cmd/kubeconform'], {
          purpose: 'kubeconform',
          cwd: directory,
          onProgress,
        });
      }),
  });
  return join(cached, 'kubeconform');
}
