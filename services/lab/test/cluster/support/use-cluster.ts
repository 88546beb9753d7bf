import { join } from 'node:path';
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { chooseProvider } from '../../../../../tools/cluster/choose-provider.ts';
import type { ClusterProvider, RunningCluster } from '../../../../../tools/cluster/provider.ts';

import { connectToCluster } from '../../../src/cluster/connection.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..', '..');

const MERGE_PATCH = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

/** On node2: it comes and goes, so only what tolerates this is there. */
export const UNSTEADY = { key: 'caudal-test/unsteady', effect: 'NoSchedule' };

/** A cluster for tests. */
export interface TestCluster {
  readonly running: RunningCluster;
  readonly provider: ClusterProvider;
  /** Takes it down where it was not up before. */
  release(): Promise<void>;
}

/**
 * A cluster with the project's image. The one that is up is used as it is (`npm run test:cluster` brings it up for all
 * files, and loads the image: `CAUDAL_TEST_CLUSTER=prepared`); where none is, one is brought up.
 */
export async function openCluster(nodes: 1 | 2 = 1): Promise<TestCluster> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const provider = await chooseProvider({ context: undefined, provider: 'auto' }, ROOT, say);
  const isUp = await provider.kubeconfig().then(
    () => true,
    () => false,
  );
  const running = await provider.up(nodes);
  if (nodes === 2) {
    const { core } = connectToCluster(running.kubeconfig, running.context);
    await core.patchNode({ name: 'node2', body: { spec: { taints: [UNSTEADY] } } }, MERGE_PATCH);
  }
  if (process.env.CAUDAL_TEST_CLUSTER !== 'prepared' || nodes === 2) await provider.loadImages();
  return {
    running,
    provider,
    async release() {
      if (!isUp) await provider.down();
    },
  };
}
