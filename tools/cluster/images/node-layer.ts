import {
  appendFile,
  chmod,
  copyFile,
  mkdir,
  readdir,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { ensureCached } from '../../lib/cache.ts';
import { type OnProgress, withProgress } from '../../lib/progress.ts';
import { runCommand } from '../../lib/run-command.ts';

const nodeVersion = '24.21.0';
const npmVersion = '11.21.2';

/** As in the official image: an option, or what is no program, is for node. */
const entryPoint = `#!/bin/sh
set -e
if [ "\${1#-}" != "$1" ] || [ -z "$(command -v "$1")" ] || { [ -f "$1" ] && ! [ -x "$1" ]; }; then
  set -- node "$@"
fi
exec "$@"
`;

/**
 * A layer over the Debian base with Node.js and npm, from their npm packages, and the user `node` (1000).
 *
 * @param base the directory of the base, for its user list
 */
export async function ensureNodeLayer(base: string, onProgress: OnProgress): Promise<string> {
  return ensureCached({
    kind: 'layers',
    key: `node-${nodeVersion}-npm-${npmVersion}-${process.arch}-1`,
    onProgress,
    build: (target) =>
      withProgress(`node ${nodeVersion}: downloading`, onProgress, () => build(base, target)),
  });
}

async function build(base: string, target: string): Promise<void> {
  const bin = join(target, 'usr', 'local', 'bin');
  const modules = join(target, 'usr', 'local', 'lib', 'node_modules');
  for (const directory of [bin, modules, join(target, 'etc'), join(target, 'home', 'node')]) {
    await mkdir(directory, { recursive: true });
  }
  await unpack(`node-linux-${process.arch}@${nodeVersion}`, join(target, 'node-package'));
  await rename(join(target, 'node-package', 'bin', 'node'), join(bin, 'node'));
  await rm(join(target, 'node-package'), { recursive: true });
  await unpack(`npm@${npmVersion}`, join(modules, 'npm'));
  for (const program of ['npm', 'npx']) {
    const script = `../lib/node_modules/npm/bin/${program}-cli.js`;
    await symlink(script, join(bin, program));
    await chmod(join(bin, script), 0o755);
  }
  await writeFile(join(bin, 'docker-entrypoint.sh'), entryPoint, { mode: 0o755 });
  await chmod(join(bin, 'node'), 0o755);
  for (const file of ['passwd', 'group', 'shadow'])
    await copyFile(join(base, 'etc', file), join(target, 'etc', file));
  await appendFile(join(target, 'etc', 'passwd'), 'node:x:1000:1000::/home/node:/bin/bash\n');
  await appendFile(join(target, 'etc', 'group'), 'node:x:1000:\n');
  await runCommand('chown', ['-R', '0:0', join(target, 'usr')]);
  await runCommand('chown', ['-R', '1000:1000', join(target, 'home', 'node')]);
}

async function unpack(npmPackage: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  await runCommand('npm', ['pack', '--silent', npmPackage], { cwd: target });
  const archive = (await readdir(target)).find((file) => file.endsWith('.tgz'));
  if (archive === undefined) throw new Error(`npm pack ${npmPackage} left no archive`);
  await runCommand('tar', ['-xzf', archive, '--strip-components=1', '--no-same-owner'], { cwd: target });
  await rm(join(target, archive));
}
