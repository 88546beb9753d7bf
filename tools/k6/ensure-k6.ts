import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureCached } from '../lib/cache.ts';
import { PrerequisiteError } from '../lib/prerequisite-error.ts';
import { type OnProgress, withProgress } from '../lib/progress.ts';
import { runCommand } from '../lib/run-command.ts';

const moduleDirectory = import.meta.dirname;
const howToGet = 'install k6 1.0 or newer, or Go 1.25 or newer to have k6 built here';

/**
 * The path of a k6 of version 1.0 or newer: the one on PATH, else the one pinned in go.mod, compiled once
 * (several minutes) and kept in the cache.
 *
 * @throws PrerequisiteError if there is neither such a k6 nor a Go that can build it.
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
  const hash = createHash('sha256').update(goMod).update(goSum).digest('hex').slice(0, 12);
  const directory = await ensureCached({
    kind: 'k6',
    key: `${version}-${process.platform}-${process.arch}-${hash}`,
    onProgress,
    build: async (target) => {
      await requireGo(signal);
      await withProgress(`k6: compiling ${version}, a few minutes the first time`, onProgress, () =>
        runCommand(
          'go',
          [
            'build',
            '-trimpath',
            '-buildvcs=false',
            '-ldflags',
            '-s -w',
            '-o',
            join(target, 'k6'),
            'go.k6.io/k6',
          ],
          { cwd: moduleDirectory, environment: { CGO_ENABLED: '0' }, signal },
        ),
      );
    },
  });
  return join(directory, 'k6');
}

/** Whether `k6 version` tells of 1.0 or newer, from which on k6 runs TypeScript. */
export function isUsableK6(output: string): boolean {
  const major = /^k6(?:\.exe)? v(\d+)\./.exec(output.trim())?.[1];
  return major !== undefined && Number(major) >= 1;
}

/** Whether `go version` tells of a Go that can build the pinned k6: 1.25, or 1.21 which fetches the newer one itself. */
export function isUsableGo(goVersion: string, toolchain: string): boolean {
  const match = /go(\d+)\.(\d+)/.exec(goVersion);
  if (match === null) return false;
  const minor = Number(match[1]) * 1_000 + Number(match[2]);
  return minor >= 1_025 || (minor >= 1_021 && !toolchain.startsWith('local'));
}

/** The version of k6 in a go.mod, with its `v`. */
export function pinnedVersion(goMod: string): string {
  const version = /^\s*(?:require )?go\.k6\.io\/k6 (v\S+)/m.exec(goMod)?.[1];
  if (version === undefined) throw new Error('go.mod requires no go.k6.io/k6');
  return version;
}

async function requireGo(signal: AbortSignal | undefined): Promise<void> {
  const go = await runCommand('go', ['version'], { signal }).catch((error: unknown) => {
    if (error instanceof PrerequisiteError) {
      throw new PrerequisiteError(`k6 is not installed, and neither is Go: ${howToGet}`, { cause: error });
    }
    throw error;
  });
  const toolchain = await runCommand('go', ['env', 'GOTOOLCHAIN'], { signal });
  if (!isUsableGo(go.stdout, toolchain.stdout.trim())) {
    throw new PrerequisiteError(
      `k6 is not installed, and ${go.stdout.trim()} is too old to build it: ${howToGet} ` +
        "(a distribution's own golang package is often too old)",
    );
  }
}
