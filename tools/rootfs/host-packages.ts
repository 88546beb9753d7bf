import { existsSync } from 'node:fs';
import { exclusive } from '../lib/exclusive.ts';
import { PrerequisiteError } from '../lib/prerequisite-error.ts';
import { type OnProgress, withProgress } from '../lib/progress.ts';
import { isInstalled, runCommand } from '../lib/run-command.ts';

/** Whether this process may mount, chroot and install packages. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Fails early with a clear message if real servers cannot run as processes.
 *
 * @throws PrerequisiteError
 */
export function requireRootOnDebian(): void {
  if (process.platform !== 'linux') {
    throw new PrerequisiteError(
      `the servers need Docker with Compose on ${process.platform}: start Docker and try again`,
    );
  }
  if (!isRoot()) {
    throw new PrerequisiteError(
      'the servers need Docker with Compose (docker info reaches no engine) or root on a Debian-like Linux: ' +
        'start Docker, or run this as root',
    );
  }
  if (!existsSync('/usr/bin/apt-get')) {
    throw new PrerequisiteError(
      'the servers need Docker with Compose (docker info reaches no engine) or a Debian-like Linux, and apt-get is ' +
        'not here: start Docker and try again',
    );
  }
}

/**
 * Ensures that a program is installed; installs it with apt-get if this process is root.
 *
 * @throws PrerequisiteError that names the packages where they cannot be installed.
 */
export async function ensureProgram(
  program: string,
  packages: readonly string[],
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<void> {
  if (await isInstalled(program)) return;
  const command = `apt-get install ${packages.join(' ')}`;
  if (!isRoot() || !(await isInstalled('apt-get'))) {
    throw new PrerequisiteError(`${program} is not installed; install it first (${command})`);
  }
  const environment = { DEBIAN_FRONTEND: 'noninteractive' };
  await exclusive('apt-get', () =>
    withProgress(`${program}: installing by apt-get`, onProgress, async () => {
      await runCommand('apt-get', ['update'], { environment, signal });
      const options = ['-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120'];
      await runCommand('apt-get', ['install', ...options, ...packages], { environment, signal });
    }),
  );
  if (!(await isInstalled(program))) {
    throw new PrerequisiteError(`${program} is still missing after "${command}"; install it manually`);
  }
}
