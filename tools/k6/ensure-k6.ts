import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runGo } from '../go/ensure-go.ts';
import { ensureCached } from '../lib/cache.ts';
import { type OnProgress, withProgress } from '../lib/progress.ts';
import { runCommand } from '../lib/run-command.ts';
import { ensureK6Container, hasDockerEngine } from './k6-container.ts';

const moduleDirectory = import.meta.dirname;
const root = join(moduleDirectory, '..', '..');

/**
 * Returns the path of k6 1.0 or newer: from PATH; otherwise, with Docker, a wrapper for its official image; otherwise the
 * version pinned in go.mod, compiled once (several minutes) and cached.
 *
 * @throws PrerequisiteError without such a k6, Docker, and a Go that can build it.
 */
export async function ensureK6(
  options: { readonly onProgress?: OnProgress; readonly signal?: AbortSignal } = {},
): Promise<string> {
  const { onProgress = () => undefined, signal } = options;
  const installed = await runCommand('k6', ['version']).catch(() => undefined);
  if (installed !== undefined && isUsableK6(installed.stdout)) return 'k6';

  const goMod = await readFile(join(moduleDirectory, 'go.mod'), 'utf8');
  const goSum = await readFile(join(moduleDirectory, 'go.sum'), 'utf8');
  const version = pinnedVersion(goMod);
  if (await hasDockerEngine(signal)) return ensureK6Container(version, root, { onProgress, signal });
  const hash = createHash('sha256').update(goMod).update(goSum).digest('hex').slice(0, 12);
  const directory = await ensureCached({
    kind: 'k6',
    key: `${version}-${process.platform}-${process.arch}-${hash}`,
    onProgress,
    build: async (target) => {
      const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', join(target, 'k6')];
      await withProgress(`k6: compiling ${version}, a few minutes the first time`, onProgress, () =>
        runGo([...args, 'go.k6.io/k6'], { purpose: 'k6', cwd: moduleDirectory, onProgress, signal }),
      );
    },
  });
  return join(directory, 'k6');
}

/** Whether `k6 version` reports 1.0 or newer, which runs TypeScript. */
export function isUsableK6(output: string): boolean {
  const major = /^k6(?:\.exe)? v(\d+)\./.exec(output.trim())?.[1];
  return major !== undefined && Number(major) >= 1;
}

/** The version of k6 in a go.mod, with its `v`. */
export function pinnedVersion(goMod: string): string {
  const version = /^\s*(?:require )?go\.k6\.io\/k6 (v\S+)/m.exec(goMod)?.[1];
  if (version === undefined) throw new Error('go.mod requires no go.k6.io/k6');
  return version;
}
