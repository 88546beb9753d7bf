import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isInstalled, runCommand } from '../../../tools/lib/run-command.ts';
import { ensureRootfs } from '../../../tools/rootfs/rootfs.ts';
import { isComposeAvailable } from '../../../tools/servers/compose-runtime.ts';

/**
 * Runs promtool in a directory and resolves with what it printed: the machine's own, that of the Prometheus image where
 * Docker answers, or that of the Debian package the local servers come from.
 *
 * @throws Error with promtool's own words where it fails; PrerequisiteError where there is none.
 */
export async function promtool(directory: string, args: readonly string[]): Promise<string> {
  const [command, ...before] = await findPromtool(directory);
  const { stdout } = await runCommand(command, [...before, ...args], { cwd: directory });
  return stdout;
}

async function findPromtool(directory: string): Promise<[string, ...string[]]> {
  if (await isInstalled('promtool')) return ['promtool'];
  if (await isComposeAvailable()) {
    const compose = await readFile(join(import.meta.dirname, '..', '..', '..', 'compose.yaml'), 'utf8');
    const image = /image:\s*(\S*prometheus:\S+)/.exec(compose)?.[1] ?? 'prom/prometheus';
    return [
      'docker',
      'run',
      '--rm',
      '-v',
      `${directory}:/work:ro`,
      '-w',
      '/work',
      '--entrypoint',
      'promtool',
      image,
    ];
  }
  const [base, layer = ''] = await ensureRootfs([{ name: 'prometheus' }]);
  const program = join(layer, 'usr', 'bin', 'promtool');
  // The package's own C library: this machine's may be older.
  const [loader] = globSync('usr/lib/*-linux-gnu/ld-linux-*.so.*', { cwd: base });
  if (loader === undefined) return [program];
  return [join(base, loader), '--library-path', dirname(join(base, loader)), program];
}
