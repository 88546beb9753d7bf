import { globSync } from 'node:fs';
import { join } from 'node:path';
import { chooseProvider } from '../cluster/choose-provider.ts';
import { LocalProvider } from '../cluster/local/local-provider.ts';
import { printsHelp } from '../lib/command-line.ts';
import { runSteps } from './run-steps.ts';
import { runTestsOneByOne, type StepResult } from './steps.ts';

/** `npm run test:cluster`: what only a real Kubernetes can show; ends with one line `N passed, N failed`. */

const root = join(import.meta.dirname, '..', '..');
process.chdir(root);

const USAGE = `usage: npm run test:cluster -- [nodes|cluster]

Runs the tests that need a real Kubernetes, or one of the two steps alone.
`;
if (printsHelp(USAGE)) process.exit(0);

const TEST_TIMEOUT_MS = 600_000;
const FILE_LIMIT_MS = 900_000;

const find = (pattern: string): string[] => globSync(pattern).sort();
const limits = { timeoutMs: TEST_TIMEOUT_MS, limitMs: FILE_LIMIT_MS };

const onProgress = (line: string): void => void process.stderr.write(`${line}\n`);

/** Tests that start nodes themselves. What nodes are made of is built before: no test should last that long. */
async function ofNodes(pattern: string): Promise<StepResult> {
  await new LocalProvider(root, onProgress).prepare();
  return runTestsOneByOne(find(pattern), limits);
}

/** Tests that share one cluster; each installs what it needs and removes it. */
async function onOneCluster(pattern: string): Promise<StepResult> {
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
    { name: 'nodes', run: () => ofNodes('tools/test/cluster/*.cluster.ts') },
    { name: 'cluster', run: () => onOneCluster('services/lab/test/cluster/*.cluster.ts') },
  ],
  process.argv.slice(2),
);
