import { existsSync } from 'node:fs';
import { PrerequisiteError } from '../lib/prerequisite-error.ts';
import type { OnProgress } from '../lib/progress.ts';
import { runCommand } from '../lib/run-command.ts';
import { ensureProgram } from '../rootfs/host-packages.ts';

const PROGRAMS = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
] as const;

/**
 * Path of a Chromium of this machine.
 *
 * @throws PrerequisiteError that says how to get one
 */
export async function findChromium(programs: readonly string[] = PROGRAMS): Promise<string> {
  for (const program of programs) {
    const path = program.includes('/') ? existsSync(program) && program : await pathOf(program);
    if (path) return path;
  }
  throw new PrerequisiteError(
    'a browser is needed: install Chromium or Chrome (on Debian: apt-get install --no-install-recommends chromium fonts-dejavu-core)',
  );
}

/**
 * Path of a Chromium of this machine; installs it with apt-get if there is none and this process is root.
 *
 * @throws PrerequisiteError that names the packages where they cannot be installed
 */
export async function ensureChromium(onProgress: OnProgress): Promise<string> {
  const found = await findChromium().catch(() => undefined);
  if (found !== undefined) return found;
  await ensureProgram('chromium', ['chromium', 'fonts-dejavu-core'], onProgress);
  return findChromium();
}

async function pathOf(program: string): Promise<string | undefined> {
  const found = await runCommand('sh', ['-c', 'command -v "$1"', 'sh', program]).catch(() => undefined);
  return found?.stdout.trim();
}
