import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../lib/run-command.ts';

/** Selects a cluster for kubectl: a kubeconfig, one of its contexts, or both. */
export interface KubectlTarget {
  readonly program: string;
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** Runs kubectl; resolves with its output. */
export async function kubectl(target: KubectlTarget, ...args: readonly string[]): Promise<string> {
  const options = [
    ...(target.kubeconfig === undefined ? [] : [`--kubeconfig=${target.kubeconfig}`]),
    ...(target.context === undefined ? [] : [`--context=${target.context}`]),
  ];
  return (await runCommand(target.program, [...options, ...args])).stdout;
}

/** Applies manifests server-side, which is idempotent. */
export async function applyManifests(target: KubectlTarget, manifests: readonly string[]): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'caudal-manifests-'));
  try {
    const file = join(directory, 'manifests.yaml');
    await writeFile(file, manifests.join('\n---\n'));
    await kubectl(
      target,
      'apply',
      '--server-side',
      '--force-conflicts',
      '--field-manager=caudal-cluster',
      '-f',
      file,
    );
  } finally {
    await rm(directory, { recursive: true });
  }
}
