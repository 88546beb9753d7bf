import { join } from 'node:path';
import { ensureClientTools } from '../../../../tools/cluster/client-tools.ts';
import { ensureKeda } from '../../../../tools/cluster/keda/ensure-keda.ts';
import { installKeda, removeKeda } from '../../../../tools/cluster/keda/install-keda.ts';
import { loadKedaImages, removeKedaImages } from '../../../../tools/cluster/keda/load-images.ts';
import { openCluster } from '../cluster/support/use-cluster.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');

/**
 * KEDA on the tests' cluster, in a namespace of its own.
 * @returns removes it again, and the cluster too if none was up before
 */
export async function installKedaForTests(): Promise<() => Promise<void>> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const keda = await ensureKeda(say);
  const cluster = await openCluster();
  const { kubectl: program } = await ensureClientTools(say);
  const { kubeconfig, context } = cluster.running;
  const target = { program, kubeconfig, ...(context !== undefined && { context }) };
  // Elsewhere they are pulled.
  const isLocal = cluster.provider.name === 'local';
  const remove = async (): Promise<void> => {
    await removeKeda(keda, target);
    if (isLocal) await removeKedaImages(keda, ROOT);
    await cluster.release();
  };
  try {
    if (isLocal) await loadKedaImages(keda, ROOT, say);
    await installKeda(keda, target, say);
    return remove;
  } catch (error) {
    await remove();
    throw error;
  }
}
