import { globSync } from 'node:fs';
import { join } from 'node:path';
import { chooseProvider } from '../cluster/choose-provider.ts';
import { runSteps } from './run-steps.ts';
import { runTestsOneByOne, type StepResult } from './steps.ts';

/** `npm run test:cluster`: what only a real Kubernetes can show; ends with one line `N passed, N failed`. */

const root = join(import.meta.dirname, '..', '..');
process.chdir(root);

const TEST_TIMEOUT_MS = 600_000;
const FILE_LIMIT_MS = 900_000;

const find = (pattern: string): string[] => globSync(pattern).sort();
const limits = { timeoutMs: TEST_TIMEOUT_MS, limitMs: FILE_LIMIT_MS };

/** Tests that share one cluster; each installs what it needs and removes it. */
async function onOneCluster(pattern: string): Promise<StepResult> {
  const onProgress = (line: string): void => void process.stderr.write(`${line}\n`);
  const provider = await chooseProvider({ context: undefined, provider: 'auto' }, root, onProgress);
  try {
    await provider.up(1);
    await provider.loadImages();
    return await runTestsOneByOne(find(pattern), {
      ...limits,
      environment: { CAUDAL_TEST_CLUSTER: 'prepared' },
    });
  } finally {
    await provider.down();
  }
}

await runSteps(
  [
    // Its nodes come and go, so nothing else may be up meanwhile.
    { name: 'nodes', run: () => runTestsOneByOne(find('tools/test/cluster/*.cluster.ts'), limits) },
    { name: 'cluster', run: () => onOneCluster('services/lab/test/cluster/*.cluster.ts') },
  ],
  process.argv.slice(2),
);
